/** One option of a closed ballot: its text, its bar, its numbers. */
import { agreementOf, dotsOf, type Ballot, type Option } from "../connection/index.ts";
import { KindWord } from "./kinds.tsx";
import { inMain, say } from "./words.ts";

interface Props {
  option: Option;
  ballot: Ballot;
  place: number;
  /** The first in the ranking: its bar is the full width. */
  best: Option | undefined;
}

export function OptionBar({ option, ballot, place, best }: Props) {
  const { text, lang } = inMain(option.text);
  return (
    <div class="option-bar" data-kind={option.kind ?? "none"}>
      <span class="option-place numbers">{place}</span>
      <div class="option-what">
        <p class="option-text" lang={option.card === null ? lang : undefined} dir="auto">
          {text}
        </p>
        {option.kind && (
          <p class="option-from small">
            <KindWord kind={option.kind} />
            {option.table !== null && ` · ${say("table.number", { n: option.table })}`}
          </p>
        )}
        {ballot.method === "dots" ? <DotsBar option={option} best={best} /> : <AgreementBar option={option} />}
        {ballot.method === "agreement" && <Answers option={option} />}
      </div>
      {ballot.method === "dots" && <DotsNumber option={option} />}
    </div>
  );
}

function DotsBar({ option, best }: { option: Option; best: Option | undefined }) {
  const most = Math.max(1, best ? dotsOf(best) : 1);
  return (
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-track" width="100" height="1" />
      <rect class="bar-dots" width={(100 * dotsOf(option)) / most} height="1" />
    </svg>
  );
}

function AgreementBar({ option }: { option: Option }) {
  const { agree, disagree, pass } = agreementOf(option);
  const whole = Math.max(1, agree + disagree + pass);
  const share = (n: number) => (100 * n) / whole;
  return (
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-track" width="100" height="1" />
      <rect class="bar-agree" width={share(agree)} height="1" />
      <rect class="bar-disagree" x={share(agree)} width={share(disagree)} height="1" />
      <rect class="bar-pass" x={share(agree + disagree)} width={share(pass)} height="1" />
    </svg>
  );
}

function DotsNumber({ option }: { option: Option }) {
  const voters = option.tally && "voters" in option.tally ? option.tally.voters : 0;
  return (
    <p class="option-number">
      <strong class="numbers">{say("results.tally_dots", { n: dotsOf(option) })}</strong>
      <span class="soft small">{say("results.tally_voters", { n: voters })}</span>
    </p>
  );
}

function Answers({ option }: { option: Option }) {
  const tally = agreementOf(option);
  return (
    <p class="option-answers">
      {(["agree", "disagree", "pass"] as const).map((answer) => (
        <span key={answer} class="answer-number" data-answer={answer}>
          <strong class="numbers">{tally[answer]}</strong> {say(`results.${answer}`)}
        </span>
      ))}
    </p>
  );
}
