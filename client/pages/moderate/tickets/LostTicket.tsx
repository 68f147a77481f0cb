/** Somebody comes with the paper in hand: take the ticket off the lost phone, or make it worthless. */
import { useId, useState } from "preact/hooks";
import { Confirm } from "../../../staff/Confirm.tsx";
import { code } from "../../../staff/page.ts";
import { say } from "../../../staff/words.ts";

const SYMBOLS = 8;

export function LostTicket() {
  const [typed, setTyped] = useState("");
  const [doing, setDoing] = useState<"free" | "void" | null>(null);
  const id = useId();
  const secret = typed.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "");
  const isOther = secret === code;
  const isWhole = secret.length === SYMBOLS && !isOther;
  const done = () => {
    setDoing(null);
    setTyped("");
  };
  return (
    <div class="sheet">
      <div>
        <h3>{say("tickets.lost")}</h3>
        <p class="soft">{say("tickets.lost_hint")}</p>
      </div>
      <div class="row is-bottom">
        <div class="field">
          <label for={id}>{say("tickets.code")}</label>
          <input
            id={id}
            class="input code ticket-code"
            dir="ltr"
            autocomplete="off"
            spellcheck={false}
            placeholder="ABCD-EFGH"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <p class="field-error" role="alert">
            {isOther && say("tickets.other_code")}
          </p>
        </div>
        <button type="button" class="button" disabled={!isWhole} onClick={() => setDoing("free")}>
          {say("tickets.free")}
        </button>
        <button type="button" class="button is-risky" disabled={!isWhole} onClick={() => setDoing("void")}>
          {say("tickets.void")}
        </button>
      </div>
      {doing && (
        <Confirm
          title={say(`tickets.${doing}_confirm`, { code: `${secret.slice(0, 4)}-${secret.slice(4)}` })}
          lines={[say(`tickets.${doing}_what`), say("tickets.takes_along"), say("tickets.closed_stays")]}
          act={say(`tickets.${doing}`)}
          risky={doing === "void"}
          order={[doing === "free" ? "FreeTicket" : "VoidTicket", { secret }]}
          onClose={done}
        />
      )}
    </div>
  );
}
