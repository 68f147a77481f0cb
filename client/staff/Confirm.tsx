/** Asks once more, and says what happens on the phones before it happens. */
import type { Drawing } from "../design/icons.tsx";
import { Icon } from "../design/icons.tsx";
import { Dialog } from "./Dialog.tsx";
import { useOrder } from "./order.ts";
import { OrderStatus } from "./OrderStatus.tsx";
import { say } from "./words.ts";

interface Props {
  title: string;
  /** What will happen, a sentence each. */
  lines: string[];
  act: string;
  drawing?: Drawing;
  risky?: boolean;
  order: [name: string, fields: Record<string, unknown>];
  onClose: () => void;
}

export function Confirm({ title, lines, act, drawing, risky, order, onClose }: Props) {
  const { state, give } = useOrder();
  const confirm = async () => (await give(...order)) && onClose();
  return (
    <Dialog title={title} onClose={onClose}>
      <ul class="stack is-close">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <OrderStatus state={state} />
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {say("act.cancel")}
        </button>
        <button
          type="button"
          class={risky ? "button is-main is-risky" : "button is-main"}
          disabled={state.stage === "waiting"}
          onClick={confirm}
        >
          {drawing && <Icon name={drawing} />}
          {act}
        </button>
      </div>
    </Dialog>
  );
}
