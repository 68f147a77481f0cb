/** Asks for what cannot be undone: says what happens, wants a reason, and more than one tap. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon } from "../design/icons.tsx";
import { Dialog } from "./Dialog.tsx";
import { OrderStatus, type OrderState } from "./OrderStatus.tsx";
import { say } from "./words.ts";

interface Props {
  title: string;
  /** What will happen, a sentence each. */
  lines: string[];
  act: string;
  /** Whether everything else that is asked for was filled in. */
  ready: boolean;
  erase: (reason: string) => Promise<{ ok: true; clean: boolean } | { ok: false; reason: string }>;
  onClose: () => void;
  onDone: () => void;
  children: ComponentChildren;
}

export function EraseForm({ title, lines, act, ready, erase, onClose, onDone, children }: Props) {
  const [state, setState] = useState<OrderState>({ stage: "none" });
  const [reason, setReason] = useState("");
  const [unclean, setUnclean] = useState(false);
  const field = useId();
  const submit = async (event: Event) => {
    event.preventDefault();
    setState({ stage: "waiting" });
    const answer = await erase(reason.trim());
    setState(answer.ok ? { stage: "saved" } : { stage: "refused", reason: answer.reason });
    if (!answer.ok) return;
    if (answer.clean) onDone();
    else setUnclean(true);
  };
  if (unclean) return <Unclean title={title} onDone={onDone} />;
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <ul class="stack is-close">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <div class="field">
          <label for={field}>{say("cards.reason")}</label>
          <input
            id={field}
            class="input"
            dir="auto"
            maxLength={200}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
          <p class="field-hint">{say("erase.reason_hint")}</p>
        </div>
        {children}
        <OrderStatus state={state} />
        <div class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {say("act.cancel")}
          </button>
          <button class="button is-main is-risky" disabled={!ready || !reason.trim() || state.stage === "waiting"}>
            <Icon name="bin" />
            {act}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The storage is run by others: what its operator has to do is said before the dialog closes. */
function Unclean({ title, onDone }: { title: string; onDone: () => void }) {
  return (
    <Dialog title={title} onClose={onDone}>
      <p>{say("erase.unclean")}</p>
      <div class="dialog-foot">
        <button type="button" class="button is-main" onClick={onDone}>
          {say("erase.understood")}
        </button>
      </div>
    </Dialog>
  );
}
