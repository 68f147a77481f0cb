/** One table: its number, who joined, who is connected right now. */
import { useState } from "preact/hooks";
import type { Table } from "../../../connection/index.ts";
import { Icon } from "../../../design/icons.tsx";
import { connectedAt, joinedAt } from "../../../staff/evening.ts";
import { HeadCount } from "../../../staff/HeadCount.tsx";
import { say } from "../../../staff/words.ts";
import { TableForm } from "./TableForm.tsx";

export function TableRow({ table }: { table: Table }) {
  const [editing, setEditing] = useState(false);
  const n = table.number;
  return (
    <li class="table-row">
      <strong class="table-number">{say("table.number", { n })}</strong>
      <span class="table-people">
        <span>
          <b class="numbers">{joinedAt(n)}</b> {say("people.joined")}
        </span>
        <span>
          <b class="numbers">{connectedAt(n)}</b> {say("people.connected")}
        </span>
      </span>
      <button
        type="button"
        class="button is-quiet is-icon"
        aria-label={say("tables.change_table", { n })}
        title={say("tables.change_table", { n })}
        onClick={() => setEditing(true)}
      >
        <Icon name="pencil" />
      </button>
      <HeadCount table={n} label={say("heads.counted")} />
      {editing && <TableForm table={table} onClose={() => setEditing(false)} />}
    </li>
  );
}
