/** What was given at a table this person has left: it still counts, and it can be taken back. */
import { all, type Ballot, type Vote } from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { Written } from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";
import { line, send } from "./evening.ts";
import { myVotes, type ShownVote } from "./overlay.ts";
import { FateMark } from "./status.tsx";

export function GivenElsewhere({ ballot }: { ballot: Ballot }) {
  const votes = myVotes(line.mine.value, line.commands.value, ballot.id);
  const given = all(line.mine.value, "vote").filter(
    (vote) => vote.ballot === ballot.id && vote.table !== undefined && concerns(votes.get(vote.option)),
  );
  if (given.length === 0) return null;
  return (
    <section class="elsewhere">
      <h2>{t("elsewhere_title")}</h2>
      <p class="soft">{t(ballot.method === "dots" ? "elsewhere_dots" : "elsewhere_answers")}</p>
      <ul class="stack is-close">
        {given.map((vote) => (
          <li key={vote.option}>
            <Given vote={vote} shown={votes.get(vote.option)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Until it is saved that it was taken back; a refusal must be read. */
function concerns(vote: ShownVote | undefined): boolean {
  return vote !== undefined && (counts(vote) || vote.fate.status !== "saved");
}

/** A pass and no dots are nothing that could still be taken back. */
function counts(vote: ShownVote): boolean {
  return vote.dots > 0 || (vote.answer !== null && vote.answer !== "pass");
}

function Given({ vote, shown }: { vote: Vote; shown: ShownVote | undefined }) {
  const dots = shown?.dots ?? 0;
  const { ballot, option } = vote;
  const takeBack = () =>
    dots
      ? send("PlaceDots", { ballot, option, dots: 0 })
      : send("AnswerStatement", { ballot, option, answer: "pass" });
  return (
    <article class="card">
      <p class="row">
        <span class="chip">{t("table_number", { n: vote.table ?? 0 })}</span>
        {shown && counts(shown) && (
          <span class="small">{dots ? t("my_dots", { n: dots }) : t("my_answer", { answer: t(shown.answer ?? "pass") })}</span>
        )}
      </p>
      <Written as="p" class="card-text" text={Object.values(vote.text ?? {})[0] ?? ""} />
      {shown && counts(shown) && (
        <div>
          <button class="button is-small" onClick={() => void takeBack()}>
            <Icon name="undo" />
            {t(dots ? "take_back" : "answer_pass")}
          </button>
        </div>
      )}
      {shown && shown.fate.status !== "saved" && <FateMark fate={shown.fate} />}
    </article>
  );
}
