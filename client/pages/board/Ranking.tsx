/** The result of a closed ballot, best first: one list, or one list per table if tables voted apart. */
import type { Ballot, Option, Table } from "../../connection/index.ts";
import { dotsOf, ranked, tables, topicOf } from "../../staff/evening.ts";
import { InMain } from "../../staff/InMain.tsx";
import { OptionBar } from "../../staff/OptionBar.tsx";
import { turn } from "./AllTables.tsx";
import { beat } from "./beat.ts";
import { Fitted } from "./Fitted.tsx";

/** Further down the list nobody reads along; everything stands in the download. */
const MOST_OF_ALL = 20;
const MOST_OF_A_TABLE = 6;

export function Ranking({ ballot }: { ballot: Ballot }) {
  const list = ranked(ballot);
  const byTable = ballot.own_table && list.some((option) => option.table !== null);
  return (
    <section class="ranking">
      {byTable ? <TableRankings ballot={ballot} list={list} /> : <OneRanking ballot={ballot} list={list} most={MOST_OF_ALL} />}
    </section>
  );
}

interface Props {
  ballot: Ballot;
  list: Option[];
}

function OneRanking({ ballot, list, most }: Props & { most: number }) {
  return (
    <Fitted
      class="option-bars"
      entries={list.filter((option) => ballot.method === "agreement" || dotsOf(option) > 0).slice(0, most)}
      keyOf={(option) => option.id}
      render={(option, place) => <OptionBar option={option} ballot={ballot} place={place + 1} best={list[0]} />}
    />
  );
}

function TableRankings({ ballot, list }: Props) {
  const own = (table: Table) => list.filter((option) => option.table === table.number || option.table === null);
  const voted = tables.value.filter((table) => list.some((option) => option.table === table.number));
  const shown = turn(voted, beat.value);
  return (
    <div class="tiles" data-tiles={shown.length}>
      {shown.map((table) => (
        <section key={table.number} class="tile">
          <h2 class="tile-head">
            <span class="tile-number">{table.number}</span>
            {topicOf(table.number) && <InMain class="tile-topic" of={topicOf(table.number)!.title} />}
          </h2>
          <OneRanking ballot={ballot} list={own(table)} most={MOST_OF_A_TABLE} />
        </section>
      ))}
    </div>
  );
}
