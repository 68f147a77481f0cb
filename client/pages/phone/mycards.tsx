/** Own cards: what became of each, and changing, taking back or rewriting it. */
import { useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { Written } from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";
import { roundInView } from "./cards.tsx";
import { changeDraft } from "./draft.ts";
import { cardsOfMine, dialogue, line, openRound, send } from "./evening.ts";
import { cleanText } from "./letters.ts";
import type { ShownCard } from "./overlay.ts";
import { FateMark } from "./status.tsx";
import { inOwnLanguage } from "./usual.ts";
import { CardFields, KindWord } from "./writing.tsx";

function currentCards(): ShownCard[] {
  const inView = roundInView();
  return cardsOfMine.value.filter((card) => card.round === null || card.round === inView);
}

/** How many own cards wait for somebody to read why they were not accepted. */
export function refusedCards(): number {
  return currentCards().filter((card) => card.fate.status === "refused").length;
}

export function MyCards() {
  const current = currentCards();
  if (!current.length) return null;
  return (
    <section class="cards">
      <h2>{t("my_cards")}</h2>
      <ul class="stack">
        {current.map((card) => (
          <li key={card.key}>
            <MyCard card={card} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function MyCard({ card }: { card: ShownCard }) {
  const [doing, setDoing] = useState<"nothing" | "changing" | "asking">("nothing");
  if (doing === "changing" && openRound.value) {
    return <ChangeCard card={card} onDone={() => setDoing("nothing")} />;
  }
  return (
    <article class={card.hidden || card.leaving ? "card is-hidden" : "card"} data-kind={card.kind}>
      <div class="row is-apart">
        <KindWord kind={card.kind} />
        {!(card.hidden && card.fate.status === "saved") && (
          <FateMark fate={card.fate} leaving={card.leaving} />
        )}
      </div>
      <Written as="p" class="card-text" text={card.text} />
      {card.hidden && <HiddenNote reason={card.hidden.reason} />}
      {doing === "asking" ? (
        <AskWithdraw card={card} onDone={() => setDoing("nothing")} />
      ) : (
        <CardActions card={card} onChange={() => setDoing("changing")} onWithdraw={() => setDoing("asking")} />
      )}
    </article>
  );
}

function HiddenNote({ reason }: { reason: string }) {
  return (
    <p class="hidden-note">
      <Icon name="eye_off" />
      <span>
        {t("hidden_note")} {t("hidden_reason")} <Written text={inOwnLanguage(reason)} />
      </span>
    </p>
  );
}

function CardActions(props: { card: ShownCard; onChange: () => void; onWithdraw: () => void }) {
  const { card, onChange, onWithdraw } = props;
  if (card.fate.status === "refused") return <RefusedActions card={card} refused={card.fate.command} />;
  if (card.id === null) return <UnsentActions card={card} />;
  const isOpen = card.round !== null && card.round === openRound.value?.id;
  if (!isOpen || card.leaving) return null;
  return (
    <div class="button-row">
      <button class="button is-quiet" onClick={onChange}>
        <Icon name="pencil" />
        {t("edit")}
      </button>
      <button class="button is-quiet" onClick={onWithdraw}>
        <Icon name="undo" directed />
        {t("withdraw")}
      </button>
    </div>
  );
}

/** What never left the phone can still be changed by taking it back into the draft. */
function UnsentActions({ card }: { card: ShownCard }) {
  const command = line.commands.value.find((known) => known.id === card.key);
  if (command?.stage !== "waiting" || command.offered || !dialogue.value) return null;
  return (
    <div class="button-row">
      <button class="button is-quiet" onClick={() => intoDraft(card, card.key)}>
        <Icon name="pencil" />
        {t("edit")}
      </button>
    </div>
  );
}

function RefusedActions({ card, refused }: { card: ShownCard; refused: string }) {
  const wasNew = card.id === null;
  return (
    <div class="button-row is-plain">
      {wasNew && (
        <button class="button" onClick={() => intoDraft(card, refused)}>
          <Icon name="pencil" />
          {t("write_again")}
        </button>
      )}
      <button class="button is-quiet" onClick={() => line.forget(refused)}>
        {wasNew ? t("discard") : t("understood")}
      </button>
    </div>
  );
}

function intoDraft(card: ShownCard, command: string) {
  if (!line.forget(command)) return;
  changeDraft({ text: card.text, kind: card.kind });
  scrollTo(0, 0);
}

function AskWithdraw({ card, onDone }: { card: ShownCard; onDone: () => void }) {
  function withdraw() {
    void send("WithdrawCard", { card: card.id });
    onDone();
  }
  return (
    <div class="asking" role="group" aria-label={t("withdraw_ask")}>
      <p>{t("withdraw_ask")}</p>
      <div class="button-row is-plain">
        <button class="button is-risky" onClick={withdraw}>
          {t("withdraw_yes")}
        </button>
        <button class="button" ref={(button) => button?.focus()} onClick={onDone}>
          {t("cancel")}
        </button>
      </div>
    </div>
  );
}

function ChangeCard({ card, onDone }: { card: ShownCard; onDone: () => void }) {
  const [text, setText] = useState(card.text);
  const [kind, setKind] = useState(card.kind);
  const allowed = openRound.value?.kinds ?? [];
  const kinds = allowed.includes(card.kind) ? allowed : [card.kind, ...allowed];

  function save() {
    const cleaned = cleanText(text);
    if (cleaned !== card.text || kind !== card.kind) {
      void send("EditCard", { card: card.id, text: cleaned, kind });
    }
    onDone();
  }
  return (
    <article class="sheet writing" data-kind={kind}>
      <CardFields
        kinds={kinds}
        kind={kind}
        text={text}
        isOpen
        onKind={setKind}
        onText={setText}
        onDone={save}
        done={t("save")}
        onCancel={onDone}
      />
    </article>
  );
}
