/** The heading of a screen takes the focus when the screen changes, so that reading starts there. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let isFirstScreen = true;

export function Heading({ children, class: name }: { children: ComponentChildren; class?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirstScreen) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirstScreen = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} class={name}>
      {children}
    </h1>
  );
}
