/** What became of an order: waiting, saved, or refused with the reason in words. */
import { Icon } from "../design/icons.tsx";
import { say, sayReason } from "./words.ts";

export interface OrderState {
  stage: "none" | "waiting" | "saved" | "refused";
  reason?: string;
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
