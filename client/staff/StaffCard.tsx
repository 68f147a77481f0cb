/** One card as moderators and table hosts see it: text as written, where from, and whether hidden. */
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import type { Card } from "../connection/index.ts";
import { Icon } from "../design/icons.tsx";
import { EraseCardDialog } from "./EraseCardDialog.tsx";
import { mayErase } from "./erasing.ts";
import { HideDialog } from "./HideDialog.tsx";
import { KindWord } from "./kinds.tsx";
import { send } from "./line.ts";
import { say } from "./words.ts";

export const StaffCard = memo(function StaffCard({ card, withTable }: { card: Card; withTable?: boolean }) {
  const [hiding, setHiding] = useState(false);
  const [erasing, setErasing] = useState(false);
  return (
    <article class={card.hidden ? "card staff-card is-hidden" : "card staff-card"} data-kind={card.kind}>
      <div class="card-foot">
        <KindWord kind={card.kind} />
        {withTable && <span>{say("table.number", { n: card.table })}</span>}
        {card.via === "host" && <span>{say("cards.via_host")}</span>}
        {card.edited && <span>{say("cards.edited")}</span>}
      </div>
      <p class="card-text" dir="auto">
        {card.text}
      </p>
      {card.hidden && (
        <p class="small">
          <Icon name="eye_off" /> {say("cards.hidden_because", { reason: card.hidden.reason })}
        </p>
      )}
      <div class="card-acts">
        {card.hidden ? (
          <button type="button" class="button is-quiet is-small" onClick={() => send("UnhideCard", { card: card.id })}>
            <Icon name="undo" />
            {say("cards.unhide")}
          </button>
        ) : (
          <button type="button" class="button is-quiet is-small" onClick={() => setHiding(true)}>
            <Icon name="eye_off" />
            {say("cards.hide")}
          </button>
        )}
        {mayErase.value && (
          <button type="button" class="button is-quiet is-small is-risky" onClick={() => setErasing(true)}>
            <Icon name="bin" />
            {say("erase.card_ask")}
          </button>
        )}
      </div>
      {erasing && <EraseCardDialog card={card} onClose={() => setErasing(false)} />}
      {hiding && <HideDialog card={card} onClose={() => setHiding(false)} />}
    </article>
  );
});
