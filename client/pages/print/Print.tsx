import { useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { BeforeDialogue, RehearsalBand } from "../../staff/bands.tsx";
import { Choices } from "../../staff/Choices.tsx";
import { tables } from "../../staff/evening.ts";
import { dialogue, refusal } from "../../staff/line.ts";
import { say } from "../../staff/words.ts";
import { TableCard } from "./TableCard.tsx";
import { asksForTickets, Tickets } from "./Tickets.tsx";

type Size = "a5" | "a4";

export function Print() {
  const [size, setSize] = useState<Size>("a5");
  const [only, setOnly] = useState(0);
  if (!dialogue.value || refusal.value) return <BeforeDialogue />;
  if (asksForTickets) return <Tickets />;
  const shown = tables.value.filter((table) => only === 0 || table.number === only);
  return (
    <>
      <header class="print-tools">
        <h1>{say("print.title")}</h1>
        <Choices
          legend={say("print.size")}
          chosen={size}
          onChange={setSize}
          choices={[
            { value: "a5", label: "A5" },
            { value: "a4", label: "A4" },
          ]}
        />
        <label class="field">
          <span class="label">{say("print.which")}</span>
          <select class="input" value={only} onChange={(event) => setOnly(Number(event.currentTarget.value))}>
            <option value={0}>{say("print.all_tables")}</option>
            {tables.value.map(({ number }) => (
              <option key={number} value={number}>
                {say("table.number", { n: number })}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="button is-main is-large" onClick={() => print()}>
          <Icon name="print" />
          {say("print.print")} · {say("print.how", { n: shown.length })}
        </button>
        <p class="soft small">{say("print.hint")}</p>
      </header>
      <main class={`pages is-${size}`}>
        <RehearsalBand />
        {shown.map((table) => (
          <TableCard key={table.number} table={table} />
        ))}
      </main>
    </>
  );
}
