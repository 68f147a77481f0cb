/** Every hiding and showing again, with time, reason and who; open to be looked at. */
import { computed } from "@preact/signals";
import { all, type Moderation } from "../../../connection/index.ts";
import { cards, moderation } from "../../../staff/evening.ts";
import { shared } from "../../../staff/line.ts";
import { say, type Key } from "../../../staff/words.ts";
import { formatTime } from "../../../texts/index.ts";

const done = { hidden: "cards.log_hidden", unhidden: "cards.log_unhidden", erased: "cards.log_erased" } as const;
const by: Record<string, Key> = { organiser: "cards.log_by_organiser" };
const erased = computed(() => new Set(all(shared.value, "erased").map((one) => one.id)));

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
    entry.role === "host" ? say("cards.log_by_host", { n: entry.table ?? 0 }) : say(by[entry.role] ?? "cards.log_by_moderator");
  return (
    <li class="moderation-line">
      <span class="numbers soft">{formatTime(entry.at)}</span>
      <strong>{say(done[entry.action])}</strong>
      <span class="moderation-text">
        {card ? <q dir="auto">{card.text}</q> : <i>{say(erased.value.has(entry.card) ? "cards.log_words_gone" : "cards.log_gone")}</i>}
      </span>
      <span class="soft">
        {who}
        {entry.reason && `: ${entry.reason}`}
      </span>
    </li>
  );
}
