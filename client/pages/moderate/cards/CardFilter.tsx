/** Which cards to look at: by table, round, kind, and the hidden ones alone. */
import { useId } from "preact/hooks";
import { kinds, type Card } from "../../../connection/index.ts";
import { rounds, tables } from "../../../staff/evening.ts";
import { inMain, say, sayKind } from "../../../staff/words.ts";

export interface Filter {
  table: string;
  round: string;
  kind: string;
  hidden: boolean;
}

export const anyCard: Filter = { table: "", round: "", kind: "", hidden: false };

export function matches(card: Card, filter: Filter): boolean {
  return (
    (!filter.table || String(card.table) === filter.table) &&
    (!filter.round || card.round === filter.round) &&
    (!filter.kind || card.kind === filter.kind) &&
    (!filter.hidden || card.hidden !== null)
  );
}

export function CardFilter({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const change = (part: Partial<Filter>) => onChange({ ...filter, ...part });
  return (
    <div class="card-filter">
      <Pick
        label={say("cards.filter_table")}
        any={say("cards.filter_all_tables")}
        value={filter.table}
        onChange={(table) => change({ table })}
        choices={tables.value.map(({ number }) => [String(number), say("table.number", { n: number })])}
      />
      <Pick
        label={say("cards.filter_round")}
        any={say("cards.filter_all_rounds")}
        value={filter.round}
        onChange={(round) => change({ round })}
        choices={rounds.value.map((round) => [round.id, inMain(round.title).text])}
      />
      <Pick
        label={say("cards.filter_kind")}
        any={say("cards.filter_all_kinds")}
        value={filter.kind}
        onChange={(kind) => change({ kind })}
        choices={kinds.map((kind) => [kind, sayKind(kind)])}
      />
      <label class={filter.hidden ? "choice is-chosen" : "choice"}>
        <input type="checkbox" checked={filter.hidden} onChange={() => change({ hidden: !filter.hidden })} />
        {say("cards.filter_hidden")}
      </label>
    </div>
  );
}

interface PickProps {
  label: string;
  any: string;
  value: string;
  onChange: (value: string) => void;
  choices: string[][];
}

function Pick({ label, any, value, onChange, choices }: PickProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class="only-read">
        {label}
      </label>
      <select id={id} class="input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{any}</option>
        {choices.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
