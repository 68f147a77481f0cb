/** Somebody comes with the paper in hand: take the ticket off the lost phone, or make it worthless. */
import { useId, useRef, useState } from "preact/hooks";
import { Confirm } from "../../../staff/Confirm.tsx";
import { code } from "../../../staff/page.ts";
import { say, shownCode } from "../../../staff/words.ts";
import { readSymbols, type Unreadable } from "../../start/code.ts";

export function LostTicket() {
  const [typed, setTyped] = useState("");
  const [trouble, setTrouble] = useState<Unreadable | "other_code" | null>(null);
  const [doing, setDoing] = useState<{ act: "free" | "void"; secret: string } | null>(null);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const begin = (act: "free" | "void") => {
    const read = readSymbols(typed);
    const wrong = "symbols" in read ? (read.symbols === code ? "other_code" : null) : read;
    setTrouble(wrong);
    if (wrong || !("symbols" in read)) return field.current?.focus();
    setDoing({ act, secret: read.symbols });
  };
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
            ref={field}
            id={id}
            class="input code ticket-code"
            dir="ltr"
            autocomplete="off"
            spellcheck={false}
            placeholder="ABCD-EFGH"
            value={typed}
            aria-invalid={trouble ? "true" : undefined}
            aria-describedby={`${id}-trouble`}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setTrouble(null);
            }}
          />
        </div>
        <button type="button" class="button" disabled={!typed.trim()} onClick={() => begin("free")}>
          {say("tickets.free")}
        </button>
        <button type="button" class="button is-risky" disabled={!typed.trim()} onClick={() => begin("void")}>
          {say("tickets.void")}
        </button>
      </div>
      <p class="field-error" id={`${id}-trouble`} role="alert">
        {trouble && troubleText(trouble)}
      </p>
      {doing && (
        <Confirm
          title={say(`tickets.${doing.act}_confirm`, { code: shownCode(doing.secret) })}
          lines={[say(`tickets.${doing.act}_what`), say("tickets.takes_along"), say("tickets.closed_stays")]}
          act={say(`tickets.${doing.act}`)}
          risky={doing.act === "void"}
          order={[doing.act === "free" ? "FreeTicket" : "VoidTicket", { secret: doing.secret }]}
          onClose={done}
        />
      )}
    </div>
  );
}

function troubleText(wrong: Unreadable | "other_code"): string {
  if (wrong === "other_code") return say("tickets.other_code");
  switch (wrong.wrong) {
    case "short":
    case "long":
      return say(`tickets.${wrong.wrong}`, { n: wrong.n });
    case "letters":
      return say("tickets.letters", { letters: wrong.letters });
    case "look":
      return say("tickets.look");
  }
}
