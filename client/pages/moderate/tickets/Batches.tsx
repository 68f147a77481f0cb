/** What was printed, what of it is in use, and one more print run. */
import { useState } from "preact/hooks";
import type { Batch } from "../../../connection/index.ts";
import { Icon } from "../../../design/icons.tsx";
import { Confirm } from "../../../staff/Confirm.tsx";
import { batches, people, ticketRule } from "../../../staff/evening.ts";
import { NumberField } from "../../../staff/NumberField.tsx";
import { code, linkId } from "../../../staff/page.ts";
import { say } from "../../../staff/words.ts";
import { language } from "../../../texts/index.ts";

const MOST_AT_ONCE = 500;
const USUAL = 80;
/** For latecomers, once everybody else has one. */
const SOME_MORE = 10;

export function Batches() {
  const list = batches.value;
  const sum = (name: "issued" | "redeemed" | "voided") => list.reduce((all, batch) => all + batch[name], 0);
  return (
    <div class="sheet">
      <div>
        <h3>{say("tickets.printed")}</h3>
        <p class="soft">{say("tickets.printed_hint")}</p>
      </div>
      {list.length > 0 && (
        <dl class="ticket-sums">
          {(["issued", "redeemed", "voided"] as const).map((name) => (
            <div key={name}>
              <dd class="numbers">{sum(name)}</dd>
              <dt>{say(`tickets.${name}`)}</dt>
            </div>
          ))}
          <div>
            <dd class="numbers">{ticketRule.value.freed}</dd>
            <dt>{say("tickets.freed")}</dt>
          </div>
        </dl>
      )}
      <ul class="batches">
        {list.map((batch) => (
          <BatchRow key={batch.id} batch={batch} />
        ))}
      </ul>
      <PrintMore />
    </div>
  );
}

function BatchRow({ batch }: { batch: Batch }) {
  const [voiding, setVoiding] = useState(false);
  const time = new Date(batch.at).toLocaleTimeString(language.value, { hour: "2-digit", minute: "2-digit" });
  const name = say("tickets.batch", { n: batch.issued, time });
  return (
    <li class="batch-row">
      <strong>{name}</strong>
      <span class="soft">
        {say("tickets.batch_state", { redeemed: batch.redeemed, voided: batch.voided })}
      </span>
      {batch.redeemed + batch.voided < batch.issued && (
        <button
          type="button"
          class="button is-quiet is-small"
          aria-label={`${say("tickets.void_unused")}: ${name}`}
          onClick={() => setVoiding(true)}
        >
          {say("tickets.void_unused")}
        </button>
      )}
      {voiding && (
        <Confirm
          title={say("tickets.void_unused_confirm")}
          lines={[name, say("tickets.void_unused_what"), say("confirm.remove_what")]}
          act={say("tickets.void_unused")}
          risky
          order={["VoidUnusedTickets", { batch: batch.id }]}
          onClose={() => setVoiding(false)}
        />
      )}
    </li>
  );
}

/** Tickets are mostly printed before people come: a hall of them, never just the one phone that tries it. */
function suggested(): number {
  if (batches.value.length) return SOME_MORE;
  return Math.min(MOST_AT_ONCE, Math.max(USUAL, people.value.joined));
}

function PrintMore() {
  const [many, setMany] = useState(suggested);
  const fits = many >= 1 && many <= MOST_AT_ONCE;
  return (
    <div class="row is-bottom">
      <NumberField label={say("tickets.how_many")} value={many} onChange={setMany} most={MOST_AT_ONCE} />
      <a
        class="button is-main"
        aria-disabled={fits ? undefined : "true"}
        href={fits ? `/print/${code}?link=${linkId}&tickets=${many}` : undefined}
        target="_blank"
        rel="noopener"
      >
        <Icon name="print" />
        {say("tickets.print")}
      </a>
    </div>
  );
}
