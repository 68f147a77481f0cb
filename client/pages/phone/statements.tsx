/** Statements one at a time: three big answers, a look back, and every answer can be changed. */
import { signal } from "@preact/signals";
import type { Ballot, Judgement, Option } from "../../connection/index.ts";
import { Icon, type Drawing } from "../../design/icons.tsx";
import { t } from "../../texts/phone.ts";
import { OptionHead, optionsOf, OptionText } from "./dots.tsx";
import { line, send } from "./evening.ts";
import { myVotes, type ShownVote } from "./overlay.ts";
import { FateMark } from "./status.tsx";

const judgements: readonly Judgement[] = ["agree", "disagree", "pass"];
export const judgementDrawings: Record<Judgement, Drawing> = {
  agree: "check",
  disagree: "close",
  pass: "question",
};

/** The statement each ballot shows; null: the list of all answers. Unset: the first unanswered one. */
const shown = signal<Record<string, string | null>>({});

function show(ballot: string, option: string | null) {
  shown.value = { ...shown.value, [ballot]: option };
  scrollTo(0, 0);
}

export function StatementsBallot({ ballot }: { ballot: Ballot }) {
  const votes = myVotes(line.mine.value, line.commands.value, ballot.id);
  const options = optionsOf(ballot.id);
  if (!options.length) return <p class="soft">{t("no_options")}</p>;
  const chosen = shown.value[ballot.id];
  const present =
    chosen === undefined
      ? options.find((option) => !votes.get(option.id)?.answer)
      : options.find((option) => option.id === chosen);
  if (!present) return <Answers ballot={ballot} options={options} votes={votes} />;
  return <Statement ballot={ballot} options={options} present={present} vote={votes.get(present.id)} />;
}

interface StatementProps {
  ballot: Ballot;
  options: Option[];
  present: Option;
  vote: ShownVote | undefined;
}

function Statement({ ballot, options, present, vote }: StatementProps) {
  const place = options.indexOf(present);
  const goTo = (there: number) => show(ballot.id, options[there]?.id ?? null);

  function answer(judgement: Judgement) {
    if (vote?.answer !== judgement) {
      void send("AnswerStatement", { ballot: ballot.id, option: present.id, answer: judgement });
    }
    goTo(place + 1);
  }
  return (
    <>
      {place === 0 && <p class="soft">{t("statements_rule")}</p>}
      <div class="progress">
        <span class="numbers">
          {t("statement_of", { n: place + 1, all: options.length })}
        </span>
        <progress max={options.length} value={place} aria-hidden="true" />
      </div>
      <article class="card statement" data-kind={present.kind ?? undefined} aria-live="polite">
        <OptionHead ballot={ballot} option={present} />
        <OptionText option={present} />
      </article>
      {vote && <FateMark fate={vote.fate} />}
      <div class="row is-apart">
        <button
          class="button is-quiet is-icon"
          aria-label={t("back")}
          disabled={place === 0}
          onClick={() => goTo(place - 1)}
        >
          <Icon name="back" directed />
        </button>
        <button class="button is-quiet" onClick={() => show(ballot.id, null)}>
          {t("my_answers")}
        </button>
        <button class="button is-quiet is-icon" aria-label={t("next")} onClick={() => goTo(place + 1)}>
          <Icon name="forward" directed />
        </button>
      </div>
      <div class="judgements" role="group" aria-label={t("tab_vote")}>
        {judgements.map((judgement) => (
          <button
            key={judgement}
            class={vote?.answer === judgement ? "button judgement is-chosen" : "button judgement"}
            data-judgement={judgement}
            aria-pressed={vote?.answer === judgement}
            onClick={() => answer(judgement)}
          >
            <Icon name={judgementDrawings[judgement]} />
            {t(judgement)}
          </button>
        ))}
      </div>
    </>
  );
}

function Answers(props: { ballot: Ballot; options: Option[]; votes: ReadonlyMap<string, ShownVote> }) {
  const { ballot, options, votes } = props;
  const open = options.filter((option) => !votes.get(option.id)?.answer);
  return (
    <>
      <p class="lead">{open.length ? t("some_answered", { n: open.length }) : t("all_answered")}</p>
      {open[0] && (
        <button class="button is-main is-large is-wide" onClick={() => show(ballot.id, open[0]?.id ?? null)}>
          {t("continue")}
          <Icon name="forward" directed />
        </button>
      )}
      <ul class="stack">
        {options.map((option) => (
          <li key={option.id}>
            <article class="card" data-kind={option.kind ?? undefined}>
              <OptionText option={option} />
              <div class="row is-apart">
                <AnswerChip answer={votes.get(option.id)?.answer ?? null} />
                <button class="button is-quiet" onClick={() => show(ballot.id, option.id)}>
                  <Icon name="pencil" />
                  {votes.get(option.id)?.answer ? t("edit") : t("answer_now")}
                </button>
              </div>
              <AnswerFate vote={votes.get(option.id)} />
            </article>
          </li>
        ))}
      </ul>
    </>
  );
}

function AnswerFate({ vote }: { vote: ShownVote | undefined }) {
  return vote ? <FateMark fate={vote.fate} /> : null;
}

function AnswerChip({ answer }: { answer: Judgement | null }) {
  if (!answer) return <span class="chip">{t("not_answered")}</span>;
  return (
    <span class="chip judgement-chip" data-judgement={answer}>
      <Icon name={judgementDrawings[answer]} />
      {t(answer)}
    </span>
  );
}
