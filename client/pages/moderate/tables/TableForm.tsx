/** Give a table another topic, or take it away if nobody needs it. */
import { useId, useState } from "preact/hooks";
import type { Table } from "../../../connection/index.ts";
import { Icon } from "../../../design/icons.tsx";
import { Confirm } from "../../../staff/Confirm.tsx";
import { Dialog } from "../../../staff/Dialog.tsx";
import { topics } from "../../../staff/evening.ts";
import { FormFoot } from "../../../staff/FormFoot.tsx";
import { useOrder } from "../../../staff/order.ts";
import { inMain, say } from "../../../staff/words.ts";

export function TableForm({ table, onClose }: { table: Table; onClose: () => void }) {
  const { state, give } = useOrder();
  const [topic, setTopic] = useState(table.topic);
  const [removing, setRemoving] = useState(false);
  const id = useId();
  const n = table.number;

  const save = async (event: Event) => {
    event.preventDefault();
    if (await give("ChangeTable", { table: n, topic })) onClose();
  };

  if (removing) {
    return (
      <Confirm
        title={say("tables.remove_table_confirm", { n })}
        lines={[say("tables.remove_table_what")]}
        act={say("act.remove")}
        drawing="bin"
        risky
        order={["RemoveTable", { table: n }]}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog title={say("tables.change_table", { n })} onClose={onClose}>
      <form class="stack" onSubmit={save}>
        <div class="field">
          <label for={id}>{say("tables.topic_of", { n })}</label>
          <select id={id} class="input" value={topic} onChange={(event) => setTopic(event.currentTarget.value)}>
            {topics.value.map((one) => (
              <option key={one.id} value={one.id}>
                {inMain(one.title).text}
              </option>
            ))}
          </select>
        </div>
        <div>
          <button type="button" class="button is-risky is-small" onClick={() => setRemoving(true)}>
            <Icon name="bin" />
            {say("tables.remove_table", { n })}
          </button>
        </div>
        <FormFoot state={state} onClose={onClose} />
      </form>
    </Dialog>
  );
}
