/** An order given from a form: waiting, saved, or refused with the reason in words. */
import { useRef, useState } from "preact/hooks";
import { Icon } from "../design/icons.tsx";
import { send } from "./line.ts";
import { say, sayReason } from "./words.ts";

export interface OrderState {
  stage: "none" | "waiting" | "saved" | "refused";
  reason?: string;
}

/** `give` answers true once the order is on disk. */
export function useOrder() {
  const [state, setState] = useState<OrderState>({ stage: "none" });
  const busy = useRef(false);

  async function give(name: string, fields: Record<string, unknown>): Promise<boolean> {
    if (busy.current) return false;
    busy.current = true;
    setState({ stage: "waiting" });
    const answer = await send(name, fields);
    busy.current = false;
    setState(answer.ok ? { stage: "saved" } : { stage: "refused", reason: answer.reason });
    return answer.ok;
  }

  return { state, give };
}

export function OrderStatus({ state }: { state: OrderState }) {
  return (
    <p class="status" data-status={state.stage} role="status">
      {state.stage === "waiting" && <span class="waiting-ring" aria-hidden="true" />}
      {state.stage === "waiting" && say("status.waiting")}
      {state.stage === "saved" && <Icon name="check" />}
      {state.stage === "saved" && say("status.saved")}
      {state.stage === "refused" && <Icon name="warning" />}
      {state.stage === "refused" && sayReason(state.reason ?? "internal")}
    </p>
  );
}
