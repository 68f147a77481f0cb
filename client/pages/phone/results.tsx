/** What came out, once a ballot is closed: everybody's dots and answers, and mine beside them. */
import { useState } from "preact/hooks";
import {
  bestFirst,
  dotsOf,
  placeAmong,
  type AgreementTally,
  type Ballot,
  type DotsTally,
  type Judgement,
  type Option,
} from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { Authored, formatNumber } from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";
import { Afterwards } from "./arriving.tsx";
import { OptionHead, optionsOf, OptionText } from "./dots.tsx";
import { closedBallots, line, mainLanguage } from "./evening.ts";
import { myVotes, type ShownVote } from "./overlay.ts";
import { judgementDrawings } from "./statements.tsx";

const FIRST_SHOWN = 10;

export function Results() {
  return (
    <>
      {closedBallots.value.map((ballot) => (
        <BallotResult key={ballot.id} ballot={ballot} />
      ))}
      <Afterwards />
    </>
  );
}

function BallotResult({ ballot }: { ballot: Ballot }) {
  const [isWhole, showWhole] = useState(false);
  const votes = myVotes(line.mine.value, [], ballot.id);
  const options = bestFirst(ballot, optionsOf(ballot.id));
  const visible = isWhole ? options : leading(options);
  const rest = options.length - visible.length;
  const most = Math.max(1, ...options.map((option) => dotsOf(option)));
  return (
    <section class="cards">
      <h2>
        <Authored of={ballot.title} main={mainLanguage.value} />
      </h2>
      {options.length === 0 && <p class="soft">{t("no_options")}</p>}
      <ul class="stack">
        {visible.map((option) => (
          <li key={option.id}>
            <article class="card" data-kind={option.kind ?? undefined}>
              <OptionHead ballot={ballot} option={option} />
              <OptionText option={option} />
              <p class="place small soft">{t("place", { n: placeAmong(options, ballot, option) })}</p>
              <Tally option={option} most={most} vote={votes.get(option.id)} />
            </article>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <button class="button is-wide" onClick={() => showWhole(true)}>
          <Icon name="down" />
          {t("show_more", { n: rest })}
        </button>
      )}
    </section>
  );
}

/** The first ten; with dots only those that got any, unless nothing did. */
function leading(options: Option[]): Option[] {
  const first = options.slice(0, FIRST_SHOWN);
  const withDots = first.filter((option) => !option.tally || !("dots" in option.tally) || option.tally.dots);
  return withDots.length ? withDots : first;
}

function Tally({ option, most, vote }: { option: Option; most: number; vote: ShownVote | undefined }) {
  const { tally } = option;
  if (!tally) return null;
  return "dots" in tally ? (
    <DotsResult tally={tally} most={most} mine={vote?.dots ?? 0} />
  ) : (
    <AgreementResult tally={tally} mine={vote?.answer ?? null} />
  );
}

function DotsResult({ tally, most, mine }: { tally: DotsTally; most: number; mine: number }) {
  return (
    <div class="result">
      <progress max={most} value={tally.dots} aria-hidden="true" />
      <p class="row">
        <strong>{t("result_dots", { n: tally.dots })}</strong>
        {tally.voters > 0 && <span class="soft">{t("result_voters", { n: tally.voters })}</span>}
        {mine > 0 && <span class="chip">{t("my_dots", { n: mine })}</span>}
      </p>
    </div>
  );
}

function AgreementResult({ tally, mine }: { tally: AgreementTally; mine: Judgement | null }) {
  const all = Math.max(1, tally.agree + tally.disagree + tally.pass);
  return (
    <div class="result">
      {(["agree", "disagree", "pass"] as const).map((judgement) => (
        <div class="answer-result" data-judgement={judgement} key={judgement}>
          <Icon name={judgementDrawings[judgement]} />
          <span>{t(judgement)}</span>
          <progress max={all} value={tally[judgement]} aria-hidden="true" />
          <strong class="numbers">{formatNumber(tally[judgement])}</strong>
        </div>
      ))}
      {mine && <p class="small soft">{t("my_answer", { answer: t(mine) })}</p>}
    </div>
  );
}
