/** What the evening brought: downloads, and the tallies of every closed ballot. */
import { Icon, type Drawing } from "../../../design/icons.tsx";
import { ballots } from "../../../staff/evening.ts";
import { code } from "../../../staff/page.ts";
import { say } from "../../../staff/words.ts";
import { BallotResult } from "./BallotResult.tsx";

const files = [
  ["results.xlsx", "results.xlsx"],
  ["results.cards_csv", "cards.csv"],
  ["results.tallies_csv", "tallies.csv"],
  ["results.votes_csv", "votes.csv"],
  ["results.json", "results.json"],
] as const;
const drawing: Drawing = "download";

export function Results() {
  const counted = ballots.value.filter((ballot) => ballot.state !== "planned");
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("results.title")}</h2>
      </div>
      <div class="sheet">
        <div>
          <h3>{say("results.downloads")}</h3>
          <p class="soft">{say("results.downloads_hint")}</p>
        </div>
        <div class="button-row">
          {files.map(([key, file], place) => (
            <a key={file} class={place === 0 ? "button is-main" : "button"} href={`/api/dialogues/${code}/${file}`} download>
              <Icon name={drawing} />
              {say(key)}
            </a>
          ))}
        </div>
      </div>
      {counted.length === 0 ? (
        <div class="empty">
          <Icon name="dots" />
          <p>{say("results.empty")}</p>
        </div>
      ) : (
        [...counted].reverse().map((ballot) => <BallotResult key={ballot.id} ballot={ballot} />)
      )}
    </section>
  );
}
