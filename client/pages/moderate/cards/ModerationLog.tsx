/** Every hiding and showing again, with time, reason and who; open to be looked at. */
import type { Moderation } from "../../../connection/index.ts";
import { cards, moderation } from "../../../staff/evening.ts";
import { say } from "../../../staff/words.ts";
import { formatTime } from "../../../texts/index.ts";

export function ModerationLog() {
  const entries = [...moderation.value].reverse();
  const hidden = entries.filter((entry) => entry.action === "hidden").length;
  return (
    <details class="sheet moderation">
      <summary>
        {say("cards.log")} <span class="soft numbers">({hidden})</span>
      </summary>
      {entries.length === 0 && <p class="soft">{say("cards.log_empty")}</p>}
      <ol class="stack is-close">
        {entries.map((entry) => (
          <LogLine key={entry.order} entry={entry} />
        ))}
      </ol>
    </details>
  );
}

function LogLine({ entry }: { entry: Moderation }) {
  const card = cards.value.find((one) => one.id === entry.card);
  const who =
    entry.role === "host" ? say("cards.log_by_host", { n: entry.table ?? 0 }) : say("cards.log_by_moderator");
  return (
    <li class="moderation-line">
      <span class="numbers soft">{formatTime(entry.at)}</span>
      <strong>{say(entry.action === "hidden" ? "cards.log_hidden" : "cards.log_unhidden")}</strong>
      <span class="moderation-text">
        {card ? <q dir="auto">{card.text}</q> : <i>{say("cards.log_gone")}</i>}
      </span>
      <span class="soft">
        {who}
        {entry.reason && `: ${entry.reason}`}
      </span>
    </li>
  );
}
