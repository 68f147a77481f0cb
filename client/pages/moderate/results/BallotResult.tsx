/** One closed ballot, best first; the same numbers as on the wall and in the download. */
import { useState } from "preact/hooks";
import { placeAmong, type Ballot, type Option } from "../../../connection/index.ts";
import { BallotRule } from "../../../staff/BallotRule.tsx";
import { ranked, tables, topicOf, votersIn } from "../../../staff/evening.ts";
import { InMain } from "../../../staff/InMain.tsx";
import { OptionBar } from "../../../staff/OptionBar.tsx";
import { say } from "../../../staff/words.ts";
import { BoardLink } from "../access/BoardLink.tsx";
import { Proof } from "./Proof.tsx";

const SHOWN_OF_ALL = 10;
const SHOWN_OF_A_TABLE = 3;

export function BallotResult({ ballot }: { ballot: Ballot }) {
  const list = ranked(ballot);
  const byTable = ballot.own_table && list.some((option) => option.table !== null);
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
      {ballot.state === "open" && <p class="soft">{say("results.still_open")}</p>}
      {ballot.state === "closed" && !byTable && <Ranks ballot={ballot} list={list} first={SHOWN_OF_ALL} />}
      {ballot.state === "closed" && byTable && <RanksByTable ballot={ballot} list={list} />}
      {ballot.state === "closed" && <Proof ballot={ballot} />}
    </article>
  );
}

function RanksByTable({ ballot, list }: { ballot: Ballot; list: Option[] }) {
  const voted = tables.value.filter(({ number }) => list.some((option) => option.table === number));
  return (
    <>
      {voted.map(({ number }) => (
        <section key={number} class="stack is-close">
          <h4>
            {say("table.number", { n: number })}
            {topicOf(number) && ": "}
            {topicOf(number) && <InMain of={topicOf(number)!.title} />}
          </h4>
          <Ranks
            ballot={ballot}
            list={list.filter((option) => option.table === number || option.table === null)}
            first={SHOWN_OF_A_TABLE}
          />
        </section>
      ))}
    </>
  );
}

function Ranks({ ballot, list, first }: { ballot: Ballot; list: Option[]; first: number }) {
  const [everything, setEverything] = useState(false);
  const shown = everything ? list : list.slice(0, first);
  const rest = list.length - shown.length;
  return (
    <>
      <ol class="option-bars">
        {shown.map((option) => (
          <li key={option.id}>
            <OptionBar option={option} ballot={ballot} place={placeAmong(list, ballot, option)} best={list[0]} />
          </li>
        ))}
      </ol>
      {rest > 0 && (
        <div>
          <button type="button" class="button is-quiet is-small" onClick={() => setEverything(true)}>
            {say("results.show_rest", { n: rest })}
          </button>
        </div>
      )}
    </>
  );
}
