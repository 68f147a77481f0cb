/** All cards live, the newest first, to be looked through and hidden where a rule demands it. */
import { useState } from "preact/hooks";
import { Icon } from "../../../design/icons.tsx";
import { cards, moderation } from "../../../staff/evening.ts";
import { StaffCard } from "../../../staff/StaffCard.tsx";
import { say } from "../../../staff/words.ts";
import { anyCard, CardFilter, matches, type Filter } from "./CardFilter.tsx";
import { ModerationLog } from "./ModerationLog.tsx";

const SHOWN_AT_ONCE = 60;

export function Cards() {
  const [filter, setFilter] = useState<Filter>(anyCard);
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const matching = cards.value.filter((card) => matches(card, filter)).reverse();
  const hidden = cards.value.filter((card) => card.hidden).length;
  const rest = matching.length - shown;
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("cards.title")}</h2>
        <p class="soft numbers" role="status">
          {say("count.cards", { n: matching.length })}
          {hidden > 0 && ` · ${say("count.hidden", { n: hidden })}`}
        </p>
      </div>
      {cards.value.length > 0 && <CardFilter filter={filter} onChange={setFilter} />}
      {hidden + moderation.value.length > 0 && <ModerationLog />}
      {matching.length === 0 && <NoCards onShowAll={() => setFilter(anyCard)} />}
      <ul class="card-list">
        {matching.slice(0, shown).map((card) => (
          <li key={card.id}>
            <StaffCard card={card} withTable />
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" class="button" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
          {say("cards.more", { n: Math.min(rest, SHOWN_AT_ONCE) })}
        </button>
      )}
    </section>
  );
}

function NoCards({ onShowAll }: { onShowAll: () => void }) {
  const filtered = cards.value.length > 0;
  return (
    <div class="empty">
      <Icon name="cards" />
      <p>{say(filtered ? "cards.none_match" : "cards.empty")}</p>
      {filtered && (
        <button type="button" class="button" onClick={onShowAll}>
          {say("cards.show_all")}
        </button>
      )}
    </div>
  );
}
