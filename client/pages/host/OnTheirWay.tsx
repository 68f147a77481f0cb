/** Cards that are not saved yet, and refused ones with their reason; no text is ever lost. */
import type { Kind } from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { commands, forget } from "../../staff/line.ts";
import { say, sayReason } from "../../staff/words.ts";

export function OnTheirWay({ onTakeBack }: { onTakeBack: (text: string) => void }) {
  const unsaved = commands.value.filter(({ name, stage }) => name === "PostCard" && stage !== "saved");
  if (unsaved.length === 0) return null;
  return (
    <ul class="stack is-close">
      {unsaved.map(({ id, fields, stage, reason }) => (
        <li key={id} class="card" data-kind={fields.kind as Kind}>
          <p class="card-text" dir="auto">
            {fields.text as string}
          </p>
          <p class="status" data-status={stage} role="status">
            {stage === "refused" ? <Icon name="warning" /> : <span class="waiting-ring" aria-hidden="true" />}
            {stage === "refused" ? sayReason(reason ?? "internal") : say("status.waiting")}
          </p>
          {stage === "refused" && (
            <div>
              <button
                type="button"
                class="button is-small"
                onClick={() => {
                  onTakeBack(fields.text as string);
                  forget(id);
                }}
              >
                <Icon name="undo" />
                {say("host.take_back")}
              </button>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
