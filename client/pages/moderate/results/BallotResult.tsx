/** One closed ballot, best first; the same numbers as on the wall and in the download. */
import { useState } from "preact/hooks";
import type { Ballot } from "../../../connection/index.ts";
import { ranked, votersIn } from "../../../staff/evening.ts";
import { InMain } from "../../../staff/InMain.tsx";
import { OptionBar } from "../../../staff/OptionBar.tsx";
import { say } from "../../../staff/words.ts";
import { BoardLink } from "../access/BoardLink.tsx";
import { BallotRule } from "../../../staff/BallotRule.tsx";

const SHOWN_FIRST = 10;

export function BallotResult({ ballot }: { ballot: Ballot }) {
  const [everything, setEverything] = useState(false);
  const list = ranked(ballot);
  const shown = everything ? list : list.slice(0, SHOWN_FIRST);
  const rest = list.length - shown.length;
  return (
    <article class="sheet">
      <div class="topic-head">
        <div>
          <InMain as="h3" of={ballot.title} />
          <BallotRule ballot={ballot} />
          <p class="soft">{say("count.voters", { n: votersIn(ballot.id) })}</p>
        </div>
        <BoardLink small show={`ranking-${ballot.id}`} label={say("results.on_board")} />
      </div>
      {ballot.state === "open" ? (
        <p class="soft">{say("results.still_open")}</p>
      ) : (
        <ol class="option-bars">
          {shown.map((option, place) => (
            <li key={option.id}>
              <OptionBar option={option} ballot={ballot} place={place + 1} best={list[0]} />
            </li>
          ))}
        </ol>
      )}
      {rest > 0 && ballot.state === "closed" && (
        <div>
          <button type="button" class="button is-small" onClick={() => setEverything(true)}>
            {say("results.show_rest", { n: rest })}
          </button>
        </div>
      )}
    </article>
  );
}
