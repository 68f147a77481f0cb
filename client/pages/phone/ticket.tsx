/** The paper ticket: scanned or typed, redeemed on purpose, because it then counts on this phone only. */
import { effect, signal } from "@preact/signals";
import { useId, useRef, useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { reasonText, t } from "../../texts/phone.ts";
import { shownCode } from "../../texts/shown-code.ts";
import { readSymbols, type Unreadable } from "../start/code.ts";
import { code, line, me, send } from "./evening.ts";
import { Heading } from "./heading.tsx";
import { recall, remember } from "./memory.ts";

const EXAMPLE = "ABCD-EFGH";

/** From the ticket's QR code; remembered, because somebody may have to choose a language first. */
export const scannedTicket = signal<string | null>(recall<string | null>(code, "scanned_ticket"));

/** The secret leaves the address at once: it must not stand in a history or a screenshot. */
function readAddress() {
  const secret = /^#t=(\w+)$/.exec(location.hash)?.[1];
  if (!secret) return;
  const read = readSymbols(secret);
  if ("symbols" in read) scannedTicket.value = read.symbols;
  history.replaceState(null, "", location.pathname + location.search);
}
readAddress();
addEventListener("hashchange", readAddress);
effect(() => remember(code, "scanned_ticket", scannedTicket.value));

const hadTicket = signal(recall<boolean>(code, "had_ticket") === true);
effect(() => {
  if (!me.value.ticket || hadTicket.peek()) return;
  hadTicket.value = true;
  remember(code, "had_ticket", true);
});

/** In place of a ballot that this phone may not vote in yet. */
export function TicketNeeded() {
  return (
    <div class="ticket">
      {hadTicket.value ? <TicketGone /> : <p class="lead">{t("ticket_needed")}</p>}
      <TicketForm />
    </div>
  );
}

/** A screen of its own: after scanning, or from the menu. */
export function TicketScreen({ onDone }: { onDone: () => void }) {
  const done = () => {
    scannedTicket.value = null;
    onDone();
  };
  return (
    <main class="screen">
      <Heading>{t("ticket_title")}</Heading>
      {me.value.ticket ? <TicketHere /> : <NotYet />}
      <div class="screen-foot">
        <button class={me.value.ticket ? "button is-main is-large is-wide" : "button is-quiet is-wide"} onClick={done}>
          {t(me.value.ticket ? "continue" : "ticket_later")}
        </button>
      </div>
    </main>
  );
}

function NotYet() {
  return (
    <div class="ticket">
      {hadTicket.value && <TicketGone />}
      <TicketForm />
    </div>
  );
}

function TicketGone() {
  return (
    <p class="band is-round" data-tone="warn" role="status">
      <span class="band-text">{t("ticket_gone")}</span>
    </p>
  );
}

function TicketHere() {
  return (
    <p class="ticket-here" role="status">
      <Icon name="check" />
      <span>{t("ticket_here")}</span>
    </p>
  );
}

function TicketForm() {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState<Unreadable | "other_code" | null>(null);
  const tried = lastTry();
  const isWaiting = tried?.stage === "waiting";

  function submit(event: Event) {
    event.preventDefault();
    if (isWaiting) return;
    const read = readSymbols(field.current?.value ?? "");
    const wrong = "symbols" in read ? (read.symbols === code ? "other_code" : null) : read;
    setTrouble(wrong);
    if (wrong || !("symbols" in read)) return field.current?.focus();
    if (tried?.stage === "refused") line.forget(tried.id);
    void send("RedeemTicket", { secret: read.symbols });
  }
  return (
    <form class="stack" onSubmit={submit}>
      {scannedTicket.value === null && <p>{t("ticket_how")}</p>}
      <div class="field">
        <label for={id}>{t("ticket_label")}</label>
        <input
          ref={field}
          id={id}
          class="input code ticket-field"
          dir="ltr"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          enterkeyhint="go"
          placeholder={EXAMPLE}
          defaultValue={shown(scannedTicket.value ?? "")}
          readOnly={isWaiting}
          aria-invalid={trouble ? "true" : undefined}
          aria-describedby={`${id}-trouble`}
          onInput={() => setTrouble(null)}
        />
        <p class="field-error" id={`${id}-trouble`} role="alert">
          {trouble ? troubleText(trouble) : tried?.stage === "refused" && reasonText(tried.error ?? "", tried.reason ?? "")}
        </p>
      </div>
      <button class="button is-main is-large is-wide" aria-disabled={isWaiting ? "true" : undefined}>
        {isWaiting ? <span class="waiting-ring" aria-hidden="true" /> : <Icon name="ticket" />}
        {t(isWaiting ? "status_waiting" : "ticket_redeem")}
      </button>
      <ul class="ticket-rules soft">
        <li>{t("ticket_once")}</li>
        <li>{t("ticket_secret")}</li>
      </ul>
    </form>
  );
}

function lastTry() {
  const tries = line.commands.value.filter(({ name }) => name === "RedeemTicket");
  return tries[tries.length - 1];
}

function shown(secret: string): string {
  return secret && shownCode(secret);
}

function troubleText(wrong: Unreadable | "other_code"): string {
  if (wrong === "other_code") return t("ticket_other_code");
  switch (wrong.wrong) {
    case "short":
    case "long":
      return t(`start_${wrong.wrong}`, { n: wrong.n });
    case "letters":
      return t("start_letters", { letters: wrong.letters });
    case "look":
      return t("ticket_look");
  }
}
