/**
 * The browser's own <dialog>: it keeps the focus inside, gives it back, and closes on Escape. Its close
 * event comes late: one that has left the page meanwhile says nothing, or it would close its successor.
 * What somebody wrote in it is not thrown away by Escape or by a click beside it, only by a button.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { say } from "./words.ts";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, wide }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const written = useRef<HTMLElement | null>(null);
  const [held, setHeld] = useState(false);
  const heading = useId();
  const leave = () => (written.current ? setHeld(true) : onClose());
  const closed = () => {
    if (!box.current) return;
    // Browsers close at the second Escape in a row even if the first was declined.
    if (written.current) box.current.showModal();
    leave();
  };
  const goOn = () => {
    setHeld(false);
    written.current?.focus();
  };
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={wide ? "dialog is-wide" : "dialog"}
      aria-labelledby={heading}
      onClose={closed}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onInput={(event) => (written.current = event.target as HTMLElement)}
      onClick={(event) => event.target === box.current && leave()}
    >
      <div class="dialog-inside stack">
        <h2 id={heading}>{title}</h2>
        {children}
        {held && <Unsaved onGoOn={goOn} onThrowAway={onClose} />}
      </div>
    </dialog>
  );
}

function Unsaved({ onGoOn, onThrowAway }: { onGoOn: () => void; onThrowAway: () => void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div class="band is-round" data-tone="warn" role="alert">
      <span>{say("draft.unsaved")}</span>
      <button ref={first} type="button" class="button is-small" onClick={onGoOn}>
        {say("draft.go_on")}
      </button>
      <button type="button" class="button is-small" onClick={onThrowAway}>
        {say("draft.throw_away")}
      </button>
    </div>
  );
}
