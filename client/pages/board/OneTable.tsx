/** One table large, for its report to the hall: all its cards of the round, page by page. */
import { cards, openRound, rounds, tables } from "../../staff/evening.ts";
import { say } from "../../staff/words.ts";
import { BoardCard } from "./BoardCard.tsx";
import { Fitted } from "./Fitted.tsx";

const LONG_TEXT_LETTERS = 200;

export function OneTable({ table }: { table: number }) {
  if (!tables.value.some((one) => one.number === table)) {
    return <p class="board-nothing">{say("board.no_such_table")}</p>;
  }
  const closed = rounds.value.filter((round) => round.state === "closed");
  const round = openRound.value ?? closed[closed.length - 1];
  const own = cards.value.filter((card) => card.table === table && (!round || card.round === round.id)).reverse();
  if (own.length === 0) return <p class="board-nothing">{say("board.no_card_yet")}</p>;
  const wide = own.some((card) => card.text.length > LONG_TEXT_LETTERS);
  return (
    <Fitted
      class={wide ? "table-cards is-wide" : "table-cards"}
      entries={own}
      keyOf={(card) => card.id}
      render={(card) => <BoardCard card={card} />}
      newestFirst
    />
  );
}
