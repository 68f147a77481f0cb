/** How many people sit at a table, or in the hall (table 0): typed by whoever can see them. */
import { useEffect, useId, useState } from "preact/hooks";
import { headsAt } from "./evening.ts";
import { send } from "./line.ts";

const MOST_HEADS = 10_000;

interface Props {
  table: number;
  label: string;
  hint?: string;
}

export function HeadCount({ table, label, hint }: Props) {
  const id = useId();
  const counted = headsAt(table);
  const [typed, setTyped] = useState(text(counted));
  useEffect(() => setTyped(text(counted)), [counted]);

  // Saved on leaving the field: there is nothing to confirm, and a wrong number is simply typed over.
  function save() {
    const people = typed.trim() === "" ? null : Number(typed);
    const isNumber = people === null || (Number.isInteger(people) && people >= 0 && people <= MOST_HEADS);
    if (!isNumber) return setTyped(text(counted));
    if (people !== (counted ?? null)) void send("CountHeads", { table, people });
  }
  return (
    <form
      class="head-count"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        class="input is-number"
        inputMode="numeric"
        min={0}
        max={MOST_HEADS}
        value={typed}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={save}
      />
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </form>
  );
}

const text = (counted: number | undefined) => (counted === undefined ? "" : String(counted));
