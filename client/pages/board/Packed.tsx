/** A column of cards, as many whole ones as the place holds: a short one may come before its turn. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { beat } from "./beat.ts";
import { limitLines } from "./Fitted.tsx";

interface Props<Entry> {
  class: string;
  /** A new first entry brings the first page back at once. */
  entries: readonly Entry[];
  keyOf: (entry: Entry) => string;
  render: (entry: Entry) => ComponentChildren;
}

export function Packed<Entry>({ entries, keyOf, render, ...rest }: Props<Entry>) {
  const box = useRef<HTMLUListElement>(null);
  const fitting = useRef<readonly string[]>([]);
  const [turned, setTurned] = useState<readonly string[]>([]);
  const left = entries.filter((entry) => !turned.includes(keyOf(entry)));
  const page = left.length ? left : entries;
  const first = entries[0] && keyOf(entries[0]);

  useEffect(() => setTurned([]), [first]);
  useLayoutEffect(() => {
    const measure = () => {
      limitLines(box.current!);
      const places = pack(box.current!);
      fitting.current = places.map((place) => keyOf(page[place]!));
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
    setTurned(left.length > fitting.current.length ? [...turned, ...fitting.current] : []);
  }, [beat.value]);

  return (
    <ul ref={box} class={rest.class}>
      {page.map((entry) => (
        <li key={keyOf(entry)}>{render(entry)}</li>
      ))}
    </ul>
  );
}

/** The places of those that fit whole, the first in any case; the others are laid aside, out of sight. */
function pack(box: HTMLElement): number[] {
  const gap = parseFloat(getComputedStyle(box).rowGap);
  const children = [...box.children] as HTMLElement[];
  const heights = children.map((child) => child.offsetHeight);
  const fitting: number[] = [];
  let used = 0;
  children.forEach((child, place) => {
    const fits = place === 0 || used + gap + heights[place]! <= box.clientHeight + 1;
    if (fits) {
      used += heights[place]! + (place && gap);
      fitting.push(place);
    }
    child.classList.toggle("is-aside", !fits);
  });
  return fitting;
}
