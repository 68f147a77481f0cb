/** +1 and +5 minutes: at once, without asking, because nothing can go wrong. */
import type { Step } from "../../../staff/evening.ts";
import { send } from "../../../staff/line.ts";
import { say } from "../../../staff/words.ts";

export function Extend({ step }: { step: Step }) {
  const extend = (minutes: number) =>
    step.sort === "round"
      ? send("ExtendRound", { round: step.id, minutes })
      : send("ExtendBallot", { ballot: step.id, minutes });
  return (
    <>
      {[1, 5].map((minutes) => (
        <button
          key={minutes}
          type="button"
          class="button"
          aria-label={say("time.extend_read", { n: minutes })}
          onClick={() => extend(minutes)}
        >
          {say("time.extend", { n: minutes })}
        </button>
      ))}
    </>
  );
}
