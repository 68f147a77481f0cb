/**
 * Shows as many entries as fit whole, and turns the page on the beat. What does not fit stays for the
 * next page: nothing is cut in the middle of a line and nothing scrolls under anybody's eyes.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { beat } from "./beat.ts";

interface Props<Entry> {
  class: string;
  entries: readonly Entry[];
  keyOf: (entry: Entry) => string;
  render: (entry: Entry, place: number) => ComponentChildren;
  /** A new first entry brings the first page back at once. */
  newestFirst?: boolean;
}

/** More than this is never on one page, so no more needs to be laid out and measured. */
const MOST_ON_A_PAGE = 40;

export function Fitted<Entry>({ entries, keyOf, render, newestFirst, ...rest }: Props<Entry>) {
  const box = useRef<HTMLUListElement>(null);
  const fitting = useRef(1);
  const [start, setStart] = useState(0);
  const first = entries[0] && newestFirst ? keyOf(entries[0]) : "";
  const begin = start < entries.length ? start : 0;

  useEffect(() => setStart(0), [first]);
  useLayoutEffect(() => {
    const measure = () => {
      limitLines(box.current!);
      fitting.current = hideWhatIsBeyond(box.current!);
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box.current!);
    return () => watch.disconnect();
  });

  const seen = useRef(beat.value);
  useEffect(() => {
    if (beat.value === seen.current) return;
    seen.current = beat.value;
    const next = begin + Math.max(1, fitting.current);
    setStart(next < entries.length ? next : 0);
  }, [beat.value]);

  return (
    <ul ref={box} class={rest.class}>
      {entries.slice(begin, begin + MOST_ON_A_PAGE).map((entry, at) => (
        <li key={keyOf(entry)}>{render(entry, begin + at)}</li>
      ))}
    </ul>
  );
}

/** A single card may be taller than the whole place: then it ends after its last whole line. */
function limitLines(box: HTMLElement) {
  const text = box.querySelector<HTMLElement>("[data-clamp]");
  if (!text) return;
  const { lineHeight, paddingBlockEnd } = getComputedStyle(text);
  const line = parseFloat(lineHeight);
  const around = text.closest("li")!.offsetHeight - text.offsetHeight + parseFloat(paddingBlockEnd);
  box.style.setProperty("--most-lines", String(Math.max(2, Math.floor((box.clientHeight - around) / line))));
}

/** How many children lie whole within the box; the others are made invisible but keep their place. */
function hideWhatIsBeyond(box: HTMLElement): number {
  const room = box.getBoundingClientRect();
  let fitting = 0;
  let full = false;
  for (const [place, child] of [...box.children].entries()) {
    const { bottom, left, right } = child.getBoundingClientRect();
    const inside = bottom <= room.bottom + 1 && left >= room.left - 1 && right <= room.right + 1;
    full ||= !inside && place > 0;
    child.classList.toggle("is-beyond", full);
    if (!full) fitting++;
  }
  return fitting;
}
