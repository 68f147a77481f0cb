/** Hiding needs a reason that its author can read; the usual ones are one tap away. */
import { useId, useState } from "preact/hooks";
import type { Card } from "../connection/index.ts";
import { Icon } from "../design/icons.tsx";
import { Dialog } from "./Dialog.tsx";
import { useOrder } from "./order.ts";
import { OrderStatus } from "./OrderStatus.tsx";
import { mainLanguage, say, type Key } from "./words.ts";

const usual: Key[] = [
  "cards.reason_names",
  "cards.reason_insult",
  "cards.reason_twice",
  "cards.reason_offtopic",
];

/** Its author reads the reason, so it is said in the evening's language and not in the moderator's. */
const inEvening = (key: Key) => say(key, {}, mainLanguage.value);

export function HideDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const { state, give } = useOrder();
  const [reason, setReason] = useState("");
  const own = useId();
  const hide = async (event: Event) => {
    event.preventDefault();
    if (await give("HideCard", { card: card.id, reason: reason.trim() })) onClose();
  };
  return (
    <Dialog title={say("cards.hide_title")} onClose={onClose}>
      <form class="stack" onSubmit={hide}>
        <blockquote class="card" data-kind={card.kind}>
          <p class="card-text" dir="auto">
            {card.text}
          </p>
        </blockquote>
        <p>
          {say("cards.hide_what")} {say("cards.hide_dots")}
        </p>
        <fieldset class="field">
          <legend class="label">{say("cards.reason")}</legend>
          <div class="stack is-close">
            {usual.map((key) => (
              <label key={key} class={reason === inEvening(key) ? "choice is-chosen" : "choice"}>
                <input
                  type="radio"
                  name="reason"
                  checked={reason === inEvening(key)}
                  onChange={() => setReason(inEvening(key))}
                />
                {say(key)}
              </label>
            ))}
          </div>
        </fieldset>
        <div class="field">
          <label for={own}>{say("cards.reason_other")}</label>
          <input
            id={own}
            class="input"
            dir="auto"
            maxLength={200}
            value={usual.some((key) => reason === inEvening(key)) ? "" : reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
          <p class="field-hint">{say("cards.reason_needed")}</p>
        </div>
        <OrderStatus state={state} />
        <div class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {say("act.cancel")}
          </button>
          <button class="button is-main" disabled={!reason.trim() || state.stage === "waiting"}>
            <Icon name="eye_off" />
            {say("cards.hide")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
