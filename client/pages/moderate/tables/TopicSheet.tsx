/** One topic: its question, its tables, one more table at a tap. */
import { useState } from "preact/hooks";
import type { Topic } from "../../../connection/index.ts";
import { Icon } from "../../../design/icons.tsx";
import { Confirm } from "../../../staff/Confirm.tsx";
import { tables } from "../../../staff/evening.ts";
import { InMain } from "../../../staff/InMain.tsx";
import { send } from "../../../staff/line.ts";
import { inMain, say } from "../../../staff/words.ts";
import { TableRow } from "./TableRow.tsx";
import { TopicForm } from "./TopicForm.tsx";

export function TopicSheet({ topic }: { topic: Topic }) {
  const [doing, setDoing] = useState<"editing" | "removing" | null>(null);
  const done = () => setDoing(null);
  const own = tables.value.filter((table) => table.topic === topic.id);
  const title = inMain(topic.title).text;
  return (
    <li class="sheet topic">
      <div class="topic-head">
        <div>
          <InMain as="h3" of={topic.title} />
          <InMain as="p" class="soft" of={topic.question} />
        </div>
        <div class="topic-acts">
          <button
            type="button"
            class="button is-quiet is-small"
            aria-label={`${say("act.edit")}: ${title}`}
            onClick={() => setDoing("editing")}
          >
            {say("act.edit")}
          </button>
          {own.length === 0 && (
            <button
              type="button"
              class="button is-quiet is-small"
              aria-label={`${say("act.remove")}: ${title}`}
              onClick={() => setDoing("removing")}
            >
              {say("act.remove")}
            </button>
          )}
        </div>
      </div>
      {own.length > 0 ? (
        <ul class="topic-tables">
          {own.map((table) => (
            <TableRow key={table.number} table={table} />
          ))}
        </ul>
      ) : (
        <p class="soft">{say("tables.no_table")}</p>
      )}
      <div>
        <button
          type="button"
          class="button is-quiet is-small"
          aria-label={`${say("tables.add_table")}: ${title}`}
          onClick={() => send("AddTable", { topic: topic.id })}
        >
          <Icon name="plus" />
          {say("tables.add_table")}
        </button>
      </div>
      {doing === "editing" && <TopicForm topic={topic} onClose={done} />}
      {doing === "removing" && (
        <Confirm
          title={say("confirm.remove", { title })}
          lines={[say("confirm.remove_what")]}
          act={say("act.remove")}
          drawing="bin"
          risky
          order={["RemoveTopic", { topic: topic.id }]}
          onClose={done}
        />
      )}
    </li>
  );
}
