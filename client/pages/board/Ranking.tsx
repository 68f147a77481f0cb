/** The result of a closed ballot, best first: one list, or one list per table if tables voted apart. */
import { dotsOf, placeAmong, type Ballot, type Option, type Table } from "../../connection/index.ts";
import { useRef } from "preact/hooks";
import { ranked, tables, topicOf } from "../../staff/evening.ts";
import { InMain } from "../../staff/InMain.tsx";
import { OptionBar } from "../../staff/OptionBar.tsx";
import { turn, WhichTurn } from "./AllTables.tsx";
import { beat } from "./beat.ts";
import { Fitted, usePages } from "./Fitted.tsx";

/** Further down the list nobody reads along; everything stands in the download. */
const MOST_OF_ALL = 20;
const MOST_OF_A_TABLE = 8;

export function Ranking({ ballot }: { ballot: Ballot }) {
  const list = ranked(ballot);
  const byTable = ballot.own_table && list.some((option) => option.table !== null);
  return (
    <section class="ranking">
      {byTable ? <TableRankings ballot={ballot} list={list} /> : <OneRanking ballot={ballot} list={list} />}
    </section>
  );
}

interface Props {
  ballot: Ballot;
  list: Option[];
}

function OneRanking({ ballot, list }: Props) {
  return (
    <Fitted
      class="option-bars"
      entries={shownOf(ballot, list).slice(0, MOST_OF_ALL)}
      keyOf={(option) => option.id}
      render={(option) => (
        <OptionBar option={option} ballot={ballot} place={placeAmong(list, ballot, option)} best={list[0]} />
      )}
    />
  );
}

function TableRankings({ ballot, list }: Props) {
  const voted = tables.value.filter((table) => list.some((option) => option.table === table.number));
  const shown = turn(voted, beat.value);
  return (
    <>
      <WhichTurn of={voted.length} />
      <InStep key={shown.map((table) => table.number).join()} ballot={ballot} list={list} shown={shown} />
    </>
  );
}

/** Every table at the same ranks: the page turns for all of them, by as many as fit at each. */
function InStep({ ballot, list, shown }: Props & { shown: readonly Table[] }) {
  const tiles = useRef<HTMLDivElement>(null);
  const columns = shown.map((table) => {
    const own = list.filter((option) => option.table === table.number || option.table === null);
    return { table, own, options: shownOf(ballot, own).slice(0, MOST_OF_A_TABLE) };
  });
  const begin = usePages(
    () => [...tiles.current!.querySelectorAll<HTMLElement>(".option-bars")],
    Math.max(0, ...columns.map(({ options }) => options.length)),
  );
  return (
    <div ref={tiles} class="tiles" data-tiles={shown.length}>
      {columns.map(({ table, own, options }) => (
        <section key={table.number} class="tile">
          <h2 class="tile-head">
            <span class="tile-number">{table.number}</span>
            {topicOf(table.number) && <InMain class="tile-topic" of={topicOf(table.number)!.title} />}
          </h2>
          <ul class="option-bars">
            {options.slice(begin).map((option) => (
              <li key={option.id}>
                <OptionBar option={option} ballot={ballot} place={placeAmong(own, ballot, option)} best={own[0]} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function shownOf(ballot: Ballot, list: readonly Option[]): Option[] {
  return list.filter((option) => ballot.method === "agreement" || dotsOf(option) > 0);
}
