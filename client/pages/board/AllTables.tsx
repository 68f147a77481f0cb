/** Every table at once, its newest cards first; more than fit come in turns. */
import type { Card, Table } from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { cards, openRound, rounds, tables, topicOf } from "../../staff/evening.ts";
import { InMain } from "../../staff/InMain.tsx";
import { say } from "../../staff/words.ts";
import { beat } from "./beat.ts";
import { BoardCard } from "./BoardCard.tsx";
import { Packed } from "./Packed.tsx";
import { size, type Size } from "./screen.ts";

const MOST_AT_ONCE: Record<Size, number> = { s: 9, m: 6, l: 4, xl: 2 };
const BEATS_PER_TURN = 2;

export function AllTables() {
  const shown = turn(tables.value, beat.value);
  const posted = cardsOfRound();
  return (
    <div class="tiles" data-tiles={shown.length}>
      <WhichTurn of={tables.value.length} />
      {shown.map((table) => (
        <Tile key={table.number} table={table} cards={posted.get(table.number) ?? []} />
      ))}
    </div>
  );
}

/** All tables if they fit, else even turns of them. */
export function turn<Entry>(all: readonly Entry[], beats: number): readonly Entry[] {
  const { turns, now } = turnsOf(all.length, beats);
  const each = Math.ceil(all.length / turns);
  return all.slice(now * each, (now + 1) * each);
}

function turnsOf(length: number, beats: number): { turns: number; now: number } {
  const turns = Math.max(1, Math.ceil(length / MOST_AT_ONCE[size.value]));
  return { turns, now: Math.floor(beats / BEATS_PER_TURN) % turns };
}

/** That there are more tables than these. */
export function WhichTurn({ of: length }: { of: number }) {
  const { turns, now } = turnsOf(length, beat.value);
  return turns > 1 ? <p class="tiles-turn numbers">{`${now + 1}/${turns}`}</p> : null;
}

/** The cards of the open round, or of the last one; newest first, by table. */
function cardsOfRound(): Map<number, Card[]> {
  const closed = rounds.value.filter((round) => round.state === "closed");
  const round = openRound.value ?? closed[closed.length - 1];
  const byTable = new Map<number, Card[]>();
  for (let place = cards.value.length - 1; place >= 0; place--) {
    const card = cards.value[place]!;
    if (round && card.round !== round.id) continue;
    const own = byTable.get(card.table);
    if (own) own.push(card);
    else byTable.set(card.table, [card]);
  }
  return byTable;
}

function Tile({ table, cards }: { table: Table; cards: Card[] }) {
  const topic = topicOf(table.number);
  return (
    <section class="tile">
      <h2 class="tile-head">
        <span class="tile-number">{table.number}</span>
        {topic && <InMain class="tile-topic" of={topic.title} />}
        {cards.length > 0 && (
          <span class="tile-count numbers">
            <Icon name="cards" />
            <span aria-hidden="true">{cards.length}</span>
            <span class="only-read">{say("count.cards", { n: cards.length })}</span>
          </span>
        )}
      </h2>
      {cards.length === 0 ? (
        <p class="tile-empty">{say("board.no_card_yet")}</p>
      ) : (
        <Packed
          class="tile-cards"
          entries={cards}
          keyOf={(card) => card.id}
          render={(card) => <BoardCard card={card} />}
        />
      )}
    </section>
  );
}
