/** The last order in one fixed place: so that a button pressed anywhere is seen to have worked. */
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../design/icons.tsx";
import { commands, forget } from "./line.ts";
import { standingRefusal } from "./refusals.ts";
import { say, sayReason } from "./words.ts";

const SAVED_SHOWN_MS = 4000;
const UNHEARD_AFTER_MS = 5000;

export function OrderStrip() {
  const list = commands.value;
  const refused = standingRefusal(list);
  const last = list[list.length - 1];
  const waiting = list.find((command) => command.stage === "waiting");
  const fresh = useFresh(last?.stage === "saved" ? last.id : null, SAVED_SHOWN_MS);
  const patient = useFresh(waiting?.id ?? null, UNHEARD_AFTER_MS);
  return (
    <div class={refused ? "order-strip has-refusal" : "order-strip"} role="status">
      {refused && (
        <p class="order-note" data-status="refused">
          <Icon name="warning" />
          <span>{sayReason(refused.reason ?? "internal")}</span>
          <button type="button" class="button is-quiet is-small" onClick={() => forget(refused.id)}>
            {say("act.close")}
          </button>
        </p>
      )}
      {waiting && !refused && (
        <p class="order-note" data-status="waiting">
          <span class="waiting-ring" aria-hidden="true" />
          {say(patient ? "status.waiting" : "status.unheard")}
        </p>
      )}
      {!waiting && !refused && fresh && (
        <p class="order-note" data-status="saved">
          <Icon name="check" />
          {say("status.saved")}
        </p>
      )}
    </div>
  );
}

/** True for a while after `id` changed. */
function useFresh(id: string | null, forMs: number): boolean {
  // What lay there before this page opened is not news.
  const [old, setOld] = useState<string | null>(id);
  useEffect(() => {
    if (!id) return;
    const timer = setTimeout(() => setOld(id), forMs);
    return () => clearTimeout(timer);
  }, [id]);
  return id !== null && old !== id;
}
