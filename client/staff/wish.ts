/**
 * A choice that the server keeps, shown as wished from the tap on: on a slow network the old state
 * never comes back in between, and a second tap builds on the first.
 */
import { useState } from "preact/hooks";
import type { Answer } from "../connection/index.ts";
import { shared } from "./line.ts";

interface Wish<T> {
  value: T;
  /** The version from which on the server's state holds it; null: not answered. */
  heldFrom: number | null;
}

/** What to show, and how to wish for something else. `kept`: what the server has told. */
export function useWish<T>(kept: T, order: (value: T) => Promise<Answer>): [T, (value: T) => Promise<void>] {
  const [wish, setWish] = useState<Wish<T> | null>(null);

  async function wishFor(value: T): Promise<void> {
    const mine: Wish<T> = { value, heldFrom: null };
    setWish(mine);
    const answer = await order(value);
    setWish((latest) => {
      if (latest !== mine) return latest;
      return answer.ok ? { value, heldFrom: answer.version } : null;
    });
  }

  const isPast = wish === null || (wish.heldFrom !== null && shared.value.version >= wish.heldFrom);
  return [isPast ? kept : wish.value, wishFor];
}
