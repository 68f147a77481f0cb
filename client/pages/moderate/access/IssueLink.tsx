/** A new personal link: which role, which table, a note to tell it apart. */
import { useId, useState } from "preact/hooks";
import type { Link } from "../../../connection/index.ts";
import { Choices } from "../../../staff/Choices.tsx";
import { Dialog } from "../../../staff/Dialog.tsx";
import { tables } from "../../../staff/evening.ts";
import { FormFoot } from "../../../staff/FormFoot.tsx";
import { useOrder } from "../../../staff/order.ts";
import { say } from "../../../staff/words.ts";

export function IssueLink({ onClose }: { onClose: () => void }) {
  const { state, give } = useOrder();
  const [role, setRole] = useState<Link["role"]>("host");
  const [table, setTable] = useState(tables.value[0]?.number ?? 1);
  const [label, setLabel] = useState("");
  const id = useId();

  const issue = async (event: Event) => {
    event.preventDefault();
    const seat = role === "host" ? table : null;
    if (await give("IssueLink", { role, table: seat, label: label.trim() })) onClose();
  };

  return (
    <Dialog title={say("access.issue")} onClose={onClose}>
      <form class="stack" onSubmit={issue}>
        <Choices
          legend={say("access.role")}
          chosen={role}
          onChange={setRole}
          choices={(["host", "board", "moderator"] as const).map((value) => ({
            value,
            label: say(`access.role.${value}`),
            hint: say(`access.role_hint.${value}`),
          }))}
        />
        {role === "host" && (
          <div class="field">
            <label for={`${id}-table`}>{say("access.table")}</label>
            <select
              id={`${id}-table`}
              class="input"
              value={table}
              onChange={(event) => setTable(Number(event.currentTarget.value))}
            >
              {tables.value.map(({ number }) => (
                <option key={number} value={number}>
                  {say("table.number", { n: number })}
                </option>
              ))}
            </select>
          </div>
        )}
        <div class="field">
          <label for={id}>{say("access.label")}</label>
          <input
            id={id}
            class="input"
            dir="auto"
            maxLength={200}
            value={label}
            onInput={(event) => setLabel(event.currentTarget.value)}
          />
          <p class="field-hint">{say("access.label_hint")}</p>
        </div>
        <FormFoot state={state} onClose={onClose} act={say("access.issue")} />
      </form>
    </Dialog>
  );
}
