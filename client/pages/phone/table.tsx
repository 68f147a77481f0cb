/** Sitting at a table: the question and the cards, the votes, the results; one of them at a time. */
import { effect, signal } from "@preact/signals";
import type { Ballot, Topic } from "../../connection/index.ts";
import { Icon, type Drawing } from "../../design/icons.tsx";
import { Authored, formatNumber } from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";
import { EarlierCards, TableCards } from "./cards.tsx";
import { isPast, Timer } from "./clock.tsx";
import { DotsBallot } from "./dots.tsx";
import { GivenElsewhere } from "./elsewhere.tsx";
import { closedBallots, mainLanguage, me, openBallots, openRound, topicOf } from "./evening.ts";
import { Heading } from "./heading.tsx";
import { MyCards, refusedCards } from "./mycards.tsx";
import { Results } from "./results.tsx";
import { StatementsBallot } from "./statements.tsx";
import { TicketNeeded } from "./ticket.tsx";
import { KeptDraft, NewCard } from "./writing.tsx";

type Part = "cards" | "vote" | "results";

/** What the person chose to look at; null: what is going on. */
const chosenPart = signal<Part | null>(null);

let wentOn = "";
let wereOpen: string[] = [];

/** When the moderator moves on, so does the phone, but never away from somebody who is writing. */
effect(() => {
  const open = openBallots.value.map((ballot) => ballot.id);
  const goingOn = [openRound.value?.id, ...open].join();
  if (goingOn === wentOn) return;
  wentOn = goingOn;
  const hasResult = closedBallots.peek().some((ballot) => wereOpen.includes(ballot.id));
  wereOpen = open;
  if (isWriting()) chosenPart.value = "cards";
  else chosenPart.value = hasResult ? "results" : null;
});

function isWriting(): boolean {
  const field = document.activeElement;
  return field instanceof HTMLTextAreaElement && field.value.trim() !== "";
}

function parts(): Part[] {
  const there: Part[] = ["cards"];
  if (openBallots.value.length) there.push("vote");
  if (closedBallots.value.length) there.push("results");
  return there;
}

function partInView(): Part {
  const chosen = chosenPart.value;
  if (chosen && parts().includes(chosen)) return chosen;
  if (openBallots.value.length) return "vote";
  if (openRound.value || !closedBallots.value.length) return "cards";
  return "results";
}

export function TableScreen({ onMenu }: { onMenu: () => void }) {
  const part = partInView();
  const topic = topicOf(me.value.table);
  return (
    <>
      <TopBar topic={topic} onMenu={onMenu} part={part} />
      <main class="screen" id="part">
        {part !== "cards" && <CardsRefused />}
        {part === "cards" && <CardsPart topic={topic} />}
        {part === "vote" && openBallots.value.map((ballot) => <BallotPart key={ballot.id} ballot={ballot} />)}
        {part === "results" && (
          <>
            <Heading>{t("tab_results")}</Heading>
            <Results />
          </>
        )}
      </main>
    </>
  );
}

function TopBar({ topic, part, onMenu }: { topic: Topic | undefined; part: Part; onMenu: () => void }) {
  const { table } = me.value;
  const there = parts();
  return (
    <header class="top-bar">
      <div class="top-row">
        <span class="table-number" aria-hidden="true">
          {formatNumber(table ?? 0)}
        </span>
        <p class="top-table">
          <span class="only-read">{t("table_number", { n: table ?? 0 })}: </span>
          {topic && <Authored of={topic.title} main={mainLanguage.value} />}
        </p>
        <button class="button is-quiet is-icon" aria-label={t("menu")} onClick={onMenu}>
          <Icon name="menu" />
        </button>
      </div>
      {there.length > 1 && <PartChoice there={there} part={part} />}
    </header>
  );
}

const partDrawings: Record<Part, Drawing> = { cards: "pencil", vote: "dots", results: "board" };

function PartChoice({ there, part }: { there: Part[]; part: Part }) {
  return (
    <nav class="parts" aria-label={t("view_label")}>
      {there.map((one) => (
        <button
          key={one}
          class={one === part ? "part is-chosen" : "part"}
          aria-current={one === part ? "page" : undefined}
          onClick={() => (chosenPart.value = one)}
        >
          <Icon name={partDrawings[one]} />
          {t(`tab_${one}`)}
          {one === "cards" && <RefusedBadge />}
        </button>
      ))}
    </nav>
  );
}

function CardsPart({ topic }: { topic: Topic | undefined }) {
  const round = openRound.value;
  return (
    <>
      {openBallots.value.length > 0 && <VoteIsOpen />}
      {round ? (
        <div class="question">
          <div class="row is-apart">
            <p class="eyebrow">
              <Authored of={round.title} main={mainLanguage.value} />
            </p>
            {round.deadline !== null && <Timer deadline={round.deadline} />}
          </div>
          <Heading>
            <Authored of={round.question} main={mainLanguage.value} />
          </Heading>
          {topic && Object.keys(topic.question).length > 0 && (
            <div class="topic-question">
              <p class="small soft">{t("question_of_table")}</p>
              <Authored as="p" of={topic.question} main={mainLanguage.value} />
            </div>
          )}
          {isPast(round.deadline) && <p class="time-up">{t("time_up_cards")}</p>}
        </div>
      ) : (
        <div class="question">
          <Heading>{t("no_round_title")}</Heading>
          <p class="lead">{t("no_round")}</p>
        </div>
      )}
      {round ? <NewCard round={round} /> : <KeptDraft />}
      <MyCards />
      <TableCards />
      <EarlierCards />
    </>
  );
}

/** After a reconnection the phone may show something else by the time a late card is refused. */
function CardsRefused() {
  const refused = refusedCards();
  function look() {
    chosenPart.value = "cards";
    setTimeout(() => document.querySelector(".refusal")?.scrollIntoView({ block: "center" }));
  }
  return (
    <div role="status">
      {refused > 0 && (
        <div class="cards-refused">
          <p>{t("cards_refused", { n: refused })}</p>
          <button class="button" onClick={look}>
            {t("to_cards")}
            <Icon name="forward" directed />
          </button>
        </div>
      )}
    </div>
  );
}

function RefusedBadge() {
  const refused = refusedCards();
  if (!refused) return null;
  return (
    <span class="badge numbers">
      <span aria-hidden="true">{formatNumber(refused)}</span>
      <span class="only-read">{t("cards_refused", { n: refused })}</span>
    </span>
  );
}

function VoteIsOpen() {
  return (
    <div class="vote-open">
      <p>{t("vote_opened")}</p>
      <button class="button is-main" onClick={() => (chosenPart.value = "vote")}>
        {t("vote_now")}
        <Icon name="forward" directed />
      </button>
    </div>
  );
}

function BallotPart({ ballot }: { ballot: Ballot }) {
  return (
    <section class="ballot">
      <div class="ballot-head">
        <Heading>
          <Authored of={ballot.title} main={mainLanguage.value} />
        </Heading>
        {ballot.deadline !== null && <Timer deadline={ballot.deadline} />}
      </div>
      {isPast(ballot.deadline) && <p class="time-up">{t("time_up_vote")}</p>}
      {ballot.tickets && !me.value.ticket ? <TicketNeeded /> : <Voting ballot={ballot} />}
    </section>
  );
}

function Voting({ ballot }: { ballot: Ballot }) {
  return (
    <>
      {ballot.own_table && <GivenElsewhere ballot={ballot} />}
      {ballot.method === "dots" ? <DotsBallot ballot={ballot} /> : <StatementsBallot ballot={ballot} />}
    </>
  );
}
