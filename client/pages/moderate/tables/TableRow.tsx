/** One table: its number, who joined, who is connected now, its topic, and taking it away. */
import { useState } from "preact/hooks";
import type { Table } from "../../../connection/index.ts";
import { Icon } from "../../../design/icons.tsx";
import { Confirm } from "../../../staff/Confirm.tsx";
import { connectedAt, joinedAt, topics } from "../../../staff/evening.ts";
import { send } from "../../../staff/line.ts";
import { inMain, say } from "../../../staff/words.ts";

export function TableRow({ table }: { table: Table }) {
  const [removing, setRemoving] = useState(false);
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
      <select
        class="input is-low"
        aria-label={say("tables.topic_of", { n })}
        value={table.topic}
        onChange={(event) => send("ChangeTable", { table: n, topic: event.currentTarget.value })}
      >
        {topics.value.map((topic) => (
          <option key={topic.id} value={topic.id}>
            {inMain(topic.title).text}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="button is-quiet is-icon"
        aria-label={say("tables.remove_table", { n })}
        title={say("tables.remove_table", { n })}
        onClick={() => setRemoving(true)}
      >
        <Icon name="bin" />
      </button>
      {removing && (
        <Confirm
          title={say("tables.remove_table_confirm", { n })}
          lines={[say("tables.remove_table_what")]}
          act={say("act.remove")}
          drawing="bin"
          risky
          order={["RemoveTable", { table: n }]}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  );
}
