/** The calm beat in which pages turn: nothing on the wall scrolls, it is turned like a sheet. */
import { signal } from "@preact/signals";

const BEAT_MS = 12_000;

export const beat = signal(0);
export const held = signal(false);

let timer: ReturnType<typeof setInterval> | undefined;

export function beginBeat() {
  clearInterval(timer);
  timer = setInterval(() => {
    if (!held.value) beat.value++;
  }, BEAT_MS);
}

/** Turns at once and gives the new page its full time. */
export function turnNow() {
  beat.value++;
  beginBeat();
}
