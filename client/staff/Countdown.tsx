/** How long the open round still has. A guide: at zero nothing closes by itself. */
import { now } from "./line.ts";
import { clock, say } from "./words.ts";

export function Countdown({ deadline }: { deadline: number | null }) {
  if (deadline === null) return null;
  const left = deadline - now.value;
  return (
    <span class={left > 0 ? "countdown" : "countdown is-up"} role="timer">
      {left > 0 ? clock(left) : say("time.up")}
    </span>
  );
}
