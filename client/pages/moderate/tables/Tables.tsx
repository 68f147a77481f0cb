/** Topics with their tables; how many people joined and how many are connected right now. */
import { useState } from "preact/hooks";
import { Icon } from "../../../design/icons.tsx";
import { people, topics } from "../../../staff/evening.ts";
import { HeadCount } from "../../../staff/HeadCount.tsx";
import { say } from "../../../staff/words.ts";
import { TopicForm } from "./TopicForm.tsx";
import { TopicSheet } from "./TopicSheet.tsx";

export function Tables() {
  const [adding, setAdding] = useState(false);
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("tables.title")}</h2>
        <p class="soft">{say("tables.hint")}</p>
        {people.value.without_table > 0 && (
          <p class="band is-round" data-tone="warn">
            {say("people.without_table", { n: people.value.without_table })}
          </p>
        )}
      </div>
      {topics.value.length > 0 && (
        <div class="sheet is-low">
          <HeadCount table={0} label={say("heads.hall")} hint={say("heads.hint")} />
        </div>
      )}
      {topics.value.length === 0 && (
        <div class="empty">
          <Icon name="table" />
          <p>{say("tables.empty")}</p>
        </div>
      )}
      <ul class="topics">
        {topics.value.map((topic) => (
          <TopicSheet key={topic.id} topic={topic} />
        ))}
      </ul>
      <div class="button-row">
        <button type="button" class="button" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          {say("tables.add_topic")}
        </button>
      </div>
      {adding && <TopicForm onClose={() => setAdding(false)} />}
    </section>
  );
}
