/** Voting tickets: print them, see how many are in use, help whoever lost a phone. */
import { Icon } from "../../../design/icons.tsx";
import { batches, ticketRule } from "../../../staff/evening.ts";
import { send } from "../../../staff/line.ts";
import { useWish } from "../../../staff/wish.ts";
import { say } from "../../../staff/words.ts";
import { Batches } from "./Batches.tsx";
import { LostTicket } from "./LostTicket.tsx";

export function Tickets() {
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("tickets.title")}</h2>
        <p class="soft">{say("tickets.hint")}</p>
      </div>
      <Protection />
      <Batches />
      {batches.value.length > 0 && <LostTicket />}
    </section>
  );
}

/** What a vote can be protected against and what not, said before anybody relies on it. */
function Protection() {
  const [always, ask] = useWish(ticketRule.value.always, (always) => send("AskForTickets", { always }));
  return (
    <div class="sheet">
      <h3>{say("tickets.protection")}</h3>
      <dl class="tiers">
        {(["phone", "heads", "tickets"] as const).map((tier) => (
          <div key={tier}>
            <dt>
              <Icon name={tier === "phone" ? "phone" : tier === "heads" ? "people" : "ticket"} />
              {say(`tickets.tier_${tier}`)}
            </dt>
            <dd>{say(`tickets.tier_${tier}_what`)}</dd>
          </div>
        ))}
      </dl>
      <label class={always ? "choice is-chosen" : "choice"}>
        <input type="checkbox" checked={always} onChange={() => ask(!always)} />
        <span>
          <span class="choice-label">{say("tickets.always")}</span>
          <span class="choice-hint">{say("tickets.always_hint")}</span>
        </span>
      </label>
    </div>
  );
}
