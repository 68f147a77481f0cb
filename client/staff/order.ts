/** An order given from a form; its state says what became of it. */
import { useRef, useState } from "preact/hooks";
import { send } from "./line.ts";
import type { OrderState } from "./OrderStatus.tsx";

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
