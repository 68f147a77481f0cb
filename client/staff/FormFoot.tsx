/** The end of every form: what became of it, cancel, save. */
import { OrderStatus, type OrderState } from "./OrderStatus.tsx";
import { say } from "./words.ts";

interface Props {
  state: OrderState;
  onClose?: () => void;
  disabled?: boolean;
  act?: string;
}

export function FormFoot({ state, onClose, disabled, act }: Props) {
  return (
    <div class="dialog-foot">
      <OrderStatus state={state} />
      {onClose && (
        <button type="button" class="button" onClick={onClose}>
          {say("act.cancel")}
        </button>
      )}
      <button class="button is-main" disabled={disabled || state.stage === "waiting"}>
        {act ?? say("act.save")}
      </button>
    </div>
  );
}
