/** Erasing one card for good: the words, a reason, and a tick that it cannot be undone. */
import { useState } from "preact/hooks";
import type { Card } from "../connection/index.ts";
import { EraseForm } from "./EraseForm.tsx";
import { eraseCard } from "./erasing.ts";
import { code } from "./page.ts";
import { say } from "./words.ts";

export function EraseCardDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const [sure, setSure] = useState(false);
  return (
    <EraseForm
      title={say("erase.card_title")}
      lines={[say("erase.card_what"), say("erase.card_dots"), say("erase.stays"), say("erase.elsewhere")]}
      act={say("erase.card")}
      ready={sure}
      erase={(reason) => eraseCard(code, card.id, reason)}
      onClose={onClose}
      onDone={onClose}
    >
      <blockquote class="card" data-kind={card.kind}>
        <p class="card-text" dir="auto">
          {card.text}
        </p>
      </blockquote>
      <label class={sure ? "choice is-chosen" : "choice"}>
        <input type="checkbox" checked={sure} onChange={(event) => setSure(event.currentTarget.checked)} />
        {say("erase.sure")}
      </label>
    </EraseForm>
  );
}
