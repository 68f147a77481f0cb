/** A card on the wall: its kind by icon, colour and word, its text as it was written. */
import type { Card } from "../../connection/index.ts";
import { KindWord } from "../../staff/kinds.tsx";

const LONG_TEXT_LETTERS = 160;

export function BoardCard({ card }: { card: Card }) {
  return (
    <article class={card.text.length > LONG_TEXT_LETTERS ? "board-card is-long" : "board-card"} data-kind={card.kind}>
      <KindWord kind={card.kind} />
      <p class="board-card-text" dir="auto" data-clamp>
        {card.text}
      </p>
    </article>
  );
}
