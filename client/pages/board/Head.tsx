/** What is asked right now, in the main language large, in the others beneath. */
import type { Attendance, Texts } from "../../connection/index.ts";
import { overshootTexts } from "../../staff/Attendance.tsx";
import { attendanceIn, ballots, openRound, rounds, topicOf, votersIn } from "../../staff/evening.ts";
import { InMain } from "../../staff/InMain.tsx";
import { dialogue } from "../../staff/line.ts";
import { mainLanguage, say } from "../../staff/words.ts";
import { directionOf, isOurs } from "../../texts/index.ts";
import { beat } from "./beat.ts";
import { scene } from "./screen.ts";

export function Head() {
  const now = scene.value;
  if (now.name === "welcome") return null;
  if (now.name === "ballot") return <BallotHead id={now.ballot} />;
  return <RoundHead table={now.name === "table" ? now.table : null} />;
}

function RoundHead({ table }: { table: number | null }) {
  const closed = rounds.value.filter((round) => round.state === "closed");
  const round = openRound.value ?? closed[closed.length - 1];
  const topic = table === null ? undefined : topicOf(table);
  return (
    <header class="board-head">
      <p class="board-label">
        {table !== null && (
          <strong>
            {say("board.table", { n: table })}
            {topic && ": "}
            {topic && <InMain of={topic.title} />}
          </strong>
        )}
        {round && <InMain of={round.title} />}
        {round?.state === "closed" && <span class="board-closed">{say("board.round_closed")}</span>}
      </p>
      <Question texts={round?.question ?? dialogue.value!.title} />
    </header>
  );
}

function BallotHead({ id }: { id: string }) {
  const ballot = ballots.value.find((one) => one.id === id);
  if (!ballot) return null;
  return (
    <header class="board-head">
      <p class="board-label">
        {ballot.state === "open" ? <VotingInAll /> : <strong>{say("board.ranking")}</strong>}
        {ballot.state === "closed" && (
          <span class="board-closed">{say("board.voters", { n: votersIn(ballot.id) })}</span>
        )}
        {ballot.state === "closed" && <OvershootInTurn list={attendanceIn(ballot.id)} />}
      </p>
      <Question texts={ballot.title} />
    </header>
  );
}

/** That now is the time to vote, in every language of the hall; a result explains itself. */
function VotingInAll() {
  return (
    <>
      <strong>{say("board.voting")}</strong>
      {furtherLanguages().filter(isOurs).map((language) => (
        <span key={language} lang={language} dir={directionOf(language)}>
          {say("board.voting", {}, language)}
        </span>
      ))}
    </>
  );
}

/** In one language after the other: all at once would take the room from what came out. */
function OvershootInTurn({ list }: { list: readonly Attendance[] }) {
  const spoken = [mainLanguage.value, ...furtherLanguages()].filter(isOurs);
  const language = spoken[beat.value % Math.max(1, spoken.length)] ?? mainLanguage.value;
  return (
    <>
      {overshootTexts(list, language).map((text) => (
        <span key={text} class="board-over" lang={language} dir={directionOf(language)}>
          {text}
        </span>
      ))}
    </>
  );
}

/** The evening's other languages; those that run the other way last, at the far side of the line. */
export function furtherLanguages(): string[] {
  const main = mainLanguage.value;
  const turned = (language: string) => Number(directionOf(language) !== directionOf(main));
  return dialogue.value!.languages.filter((language) => language !== main).sort((a, b) => turned(a) - turned(b));
}

export function Question({ texts }: { texts: Texts }) {
  const others = furtherLanguages().filter((language) => texts[language]);
  return (
    <div class="board-question">
      <InMain as="h1" of={texts} />
      {others.length > 0 && (
        <div class="board-translations">
          {others.map((language) => (
            <p key={language} lang={language} dir={directionOf(language)}>
              {texts[language]}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}
