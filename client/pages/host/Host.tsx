import { Icon } from "../../design/icons.tsx";
import { BeforeDialogue, LineBand, RehearsalBand } from "../../staff/bands.tsx";
import { cards, connectedAt, joinedAt, links, openRound, seats, topicOf } from "../../staff/evening.ts";
import { HeadCount } from "../../staff/HeadCount.tsx";
import { InMain } from "../../staff/InMain.tsx";
import { LanguageSwitch } from "../../staff/LanguageSwitch.tsx";
import { LeaveButton } from "../../staff/LeaveButton.tsx";
import { commands, dialogue, refusal } from "../../staff/line.ts";
import { meta } from "../../staff/page.ts";
import { OrderStrip } from "../../staff/OrderStrip.tsx";
import { StaffCard } from "../../staff/StaffCard.tsx";
import { say } from "../../staff/words.ts";
import { Question } from "./Question.tsx";
import { WriteFor } from "./WriteFor.tsx";

/** The link decides which table is mine; here it is only read to say so. */
function ownTable(): number {
  const named = meta("table") || new URL(location.href).searchParams.get("table");
  const known = cards.value[0]?.table ?? links.value[0]?.table ?? seats.value[0]?.number;
  return Number(named ?? known ?? 0);
}

export function Host() {
  if (!dialogue.value || refusal.value) return <BeforeDialogue />;
  const n = ownTable();
  const topic = topicOf(n);
  const own = cards.value.filter((card) => card.table === n).reverse();
  return (
    <>
      <RehearsalBand />
      <LineBand />
      <main class="host stack">
        <header class="host-head">
          <p class="host-number">
            <span>{say("table.number", { n })}</span>
            <span class="soft small">{say("host.role")}</span>
            <span class="host-tools">
              <LanguageSwitch />
              <LeaveButton waits={commands.value.some((command) => command.stage === "waiting")} />
            </span>
          </p>
          {topic && <InMain as="h1" of={topic.title} />}
          <p class="host-people small">
            <Icon name="people" />
            <span>
              <b class="numbers">{joinedAt(n)}</b> {say("people.joined")}
            </span>
            <span>
              <b class="numbers">{connectedAt(n)}</b> {say("people.connected")}
            </span>
          </p>
          {n > 0 && <HeadCount table={n} label={say("heads.host")} hint={say("heads.host_hint")} />}
        </header>
        <Question topic={topic} />
        <WriteFor round={openRound.value} />
        <section class="stack is-close">
          <h2>
            {say("host.cards")} <span class="soft numbers">{own.length}</span>
          </h2>
          {own.length === 0 && <p class="soft">{say("host.no_cards")}</p>}
          <ul class="stack">
            {own.map((card) => (
              <li key={card.id}>
                <StaffCard card={card} />
              </li>
            ))}
          </ul>
        </section>
      </main>
      <OrderStrip />
    </>
  );
}
