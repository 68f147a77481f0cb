/** A topic with its guiding question; a new one brings its first table along. */
import { useState } from "preact/hooks";
import type { Texts, Topic } from "../../../connection/index.ts";
import { Dialog } from "../../../staff/Dialog.tsx";
import { topics } from "../../../staff/evening.ts";
import { FormFoot } from "../../../staff/FormFoot.tsx";
import { send } from "../../../staff/line.ts";
import { useOrder } from "../../../staff/order.ts";
import { TextsField } from "../../../staff/TextsField.tsx";
import { say } from "../../../staff/words.ts";

const noTexts: Texts = {};
const LONGEST_LOOK_MS = 10_000;

export function TopicForm({ topic, onClose }: { topic?: Topic; onClose: () => void }) {
  const { state, give } = useOrder();
  const [title, setTitle] = useState(topic?.title ?? noTexts);
  const [question, setQuestion] = useState(topic?.question ?? noTexts);
  const [withTable, setWithTable] = useState(true);

  const save = async (event: Event) => {
    event.preventDefault();
    const known = new Set(topics.value.map((one) => one.id));
    const saved = topic
      ? await give("ChangeTopic", { topic: topic.id, title, question })
      : await give("AddTopic", { title, question });
    if (!saved) return;
    if (!topic && withTable) putTableTo(known);
    onClose();
  };

  return (
    <Dialog title={say(topic ? "tables.change_topic" : "tables.new_topic")} onClose={onClose}>
      <form class="stack" onSubmit={save}>
        <TextsField label={say("tables.topic_title")} texts={title} onChange={setTitle} />
        <TextsField
          label={say("tables.topic_question")}
          texts={question}
          onChange={setQuestion}
          most={400}
          needed={false}
          long
        />
        {!topic && (
          <label class={withTable ? "choice is-chosen" : "choice"}>
            <input type="checkbox" checked={withTable} onChange={() => setWithTable(!withTable)} />
            {say("tables.with_table")}
          </label>
        )}
        <FormFoot state={state} onClose={onClose} />
      </form>
    </Dialog>
  );
}

/** The server names the new topic, so its table waits until the view shows a topic not known before. */
function putTableTo(known: Set<string>) {
  let stop = () => {};
  let done = false;
  stop = topics.subscribe((list) => {
    const added = list.find((topic) => !known.has(topic.id));
    if (!added || done) return;
    done = true;
    void send("AddTable", { topic: added.id });
    queueMicrotask(() => stop());
  });
  setTimeout(() => stop(), LONGEST_LOOK_MS);
}
