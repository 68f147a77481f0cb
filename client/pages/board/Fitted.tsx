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
export const MOST_ON_A_PAGE = 40;

export function Fitted<Entry>({ entries, keyOf, render, newestFirst, ...rest }: Props<Entry>) {
  const box = useRef<HTMLUListElement>(null);
  const first = entries[0] && newestFirst ? keyOf(entries[0]) : "";
  const begin = usePages(() => [box.current!], entries.length, first);
  return (
    <ul ref={box} class={rest.class}>
      {entries.slice(begin, begin + MOST_ON_A_PAGE).map((entry, at) => (
        <li key={keyOf(entry)}>{render(entry, begin + at)}</li>
      ))}
    </ul>
  );
}

/** Where the page begins that is shown now; several boxes turn in step, by what fits into the tightest. */
export function usePages(boxes: () => HTMLElement[], length: number, first = ""): number {
  const fitting = useRef(1);
  const [start, setStart] = useState(0);
  const begin = start < length ? start : 0;

  useEffect(() => setStart(0), [first]);
  useLayoutEffect(() => {
    const all = boxes();
    const measure = () => {
      all.forEach(limitLines);
      fitting.current = Math.min(...all.map(howManyFit));
      for (const box of all) hideFrom(box, fitting.current);
    };
    measure();
    const watch = new ResizeObserver(measure);
    all.forEach((box) => watch.observe(box));
    return () => watch.disconnect();
  });

  const seen = useRef(beat.value);
  useEffect(() => {
    if (beat.value === seen.current) return;
    seen.current = beat.value;
    const next = begin + Math.max(1, fitting.current);
    setStart(next < length ? next : 0);
  }, [beat.value]);

  return begin;
}

/** A single card may be taller than the whole place: then it ends after its last whole line. */
export function limitLines(box: HTMLElement) {
  const text = box.querySelector<HTMLElement>("[data-clamp]");
  if (!text) return;
  const { lineHeight, paddingBlockEnd } = getComputedStyle(text);
  const line = parseFloat(lineHeight);
  const around = text.closest("li")!.offsetHeight - text.offsetHeight + parseFloat(paddingBlockEnd);
  box.style.setProperty("--most-lines", String(Math.max(2, Math.floor((box.clientHeight - around) / line))));
}

/** How many children lie whole within the box, one at least; a box that shows all its own sets no limit. */
function howManyFit(box: HTMLElement): number {
  const room = box.getBoundingClientRect();
  const beyond = [...box.children].findIndex((child, place) => {
    const { bottom, left, right } = child.getBoundingClientRect();
    return place > 0 && (bottom > room.bottom + 1 || left < room.left - 1 || right > room.right + 1);
  });
  return beyond < 0 ? MOST_ON_A_PAGE : beyond;
}

/** They become invisible but keep their place. */
function hideFrom(box: HTMLElement, limit: number) {
  [...box.children].forEach((child, place) => child.classList.toggle("is-beyond", place >= limit));
}
