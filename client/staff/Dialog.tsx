/**
 * The browser's own <dialog>: it keeps the focus inside, gives it back, and closes on Escape. Its close
 * event comes late: one that has left the page meanwhile says nothing, or it would close its successor.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, wide }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
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
      onClose={() => box.current && onClose()}
      onClick={(event) => event.target === box.current && onClose()}
    >
      <div class="dialog-inside stack">
        <h2 id={heading}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
