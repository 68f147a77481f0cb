/** Writing a card: first what it is, then the thought. The same fields serve a new and a changed card. */
import { useId, useRef, useState } from "preact/hooks";
import type { Kind, Round } from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { t } from "../../texts/phone.ts";
import { changeDraft, clearDraft, draft } from "./draft.ts";
import { send } from "./evening.ts";
import { cleanText, letterCount, MOST_LETTERS } from "./letters.ts";
import { remembers } from "./memory.ts";

const COUNT_FROM = 400;

export function NewCard({ round }: { round: Round }) {
  const { text } = draft.value;
  const only = round.kinds.length === 1 ? round.kinds[0] : undefined;
  const kind = only ?? (draft.value.kind && round.kinds.includes(draft.value.kind) ? draft.value.kind : null);
  const isStarted = kind !== null || text !== "";

  function post() {
    if (!kind) return;
    void send("PostCard", { text: cleanText(text), kind });
    clearDraft();
  }
  return (
    <section class="sheet writing" data-kind={kind ?? undefined}>
      <h2 class="only-read">{t("compose_title")}</h2>
      <CardFields
        kinds={round.kinds}
        kind={kind}
        text={text}
        isOpen={isStarted}
        onKind={(chosen) => changeDraft({ kind: chosen })}
        onText={(written) => changeDraft({ text: written })}
        onDone={post}
        done={t("post")}
      />
      <p class="field-hint who-sees">
        <Icon name="eye" />
        <span>{t("compose_who")}</span>
      </p>
    </section>
  );
}

/** The draft while no round is open. */
export function KeptDraft() {
  const id = useId();
  if (!draft.value.text.trim()) return null;
  return (
    <section class="sheet writing">
      <div class="field">
        <label for={id}>{t("compose_label")}</label>
        <textarea
          id={id}
          class="input"
          dir={ownDirection(draft.value.text)}
          value={draft.value.text}
          onInput={(event) => changeDraft({ text: event.currentTarget.value })}
        />
      </div>
      <p class="field-hint">{remembers ? t("draft_kept") : t("draft_not_kept")}</p>
      <div class="button-row">
        <button class="button is-quiet" onClick={clearDraft}>
          <Icon name="bin" />
          {t("draft_delete")}
        </button>
      </div>
    </section>
  );
}

/** An empty field starts where the reader's lines start; the first letter decides from there on. */
function ownDirection(text: string): "auto" | undefined {
  return text ? "auto" : undefined;
}

interface CardFieldsProps {
  kinds: readonly Kind[];
  kind: Kind | null;
  text: string;
  /** False: only the kinds show; choosing one opens the rest. */
  isOpen: boolean;
  onKind: (kind: Kind) => void;
  onText: (text: string) => void;
  onDone: () => void;
  done: string;
  onCancel?: () => void;
}

export function CardFields(props: CardFieldsProps) {
  const { kinds, kind, text, isOpen, onKind, onText, onDone, done, onCancel } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const [isMissed, setMissed] = useState(false);
  const id = useId();
  const left = MOST_LETTERS - letterCount(cleanText(text));
  const isEmpty = cleanText(text) === "";
  const canSend = kind !== null && left >= 0 && !isEmpty;

  function submit(event: Event) {
    event.preventDefault();
    setMissed(!canSend);
    if (canSend) onDone();
    else field.current?.focus();
  }
  function pick(chosen: Kind, byTouch: boolean) {
    onKind(chosen);
    // Arrow keys walk through the kinds, so only a tap moves on to the text.
    if (byTouch) setTimeout(() => field.current?.focus());
  }
  return (
    <form class="card-fields" onSubmit={submit}>
      {kinds.length > 1 ? (
        <KindChoice kinds={kinds} kind={kind} onPick={pick} />
      ) : (
        <KindWord kind={kinds[0] ?? "idea"} />
      )}
      {isOpen && (
        <>
          <div class="field">
            <label for={id}>{t("compose_label")}</label>
            <textarea
              ref={field}
              id={id}
              class="input"
              dir={ownDirection(text)}
              rows={4}
              value={text}
              aria-describedby={`${id}-missing ${id}-hint`}
              aria-invalid={left < 0 || (isMissed && isEmpty) ? "true" : undefined}
              onInput={(event) => onText(event.currentTarget.value)}
            />
            <p class="field-error" id={`${id}-missing`} role="alert">
              {isMissed && isEmpty && t("compose_empty")}
            </p>
            <p class="letters-row field-hint" id={`${id}-hint`}>
              <span>{kind === null ? t("choose_kind") : t("compose_hint")}</span>
              <LetterCount left={left} />
            </p>
          </div>
          <div class="writing-foot">
            {onCancel && (
              <button class="button is-large" type="button" onClick={onCancel}>
                {t("cancel")}
              </button>
            )}
            <button class="button is-main is-large" type="submit" aria-disabled={canSend ? undefined : "true"}>
              <Icon name={onCancel ? "check" : "send"} directed={!onCancel} />
              {done}
            </button>
          </div>
        </>
      )}
    </form>
  );
}

function KindChoice({
  kinds,
  kind,
  onPick,
}: {
  kinds: readonly Kind[];
  kind: Kind | null;
  onPick: (kind: Kind, byTouch: boolean) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend class="label kinds-label">{t("kind_label")}</legend>
      <div class="kinds">
        {kinds.map((one) => (
          <label key={one} class={one === kind ? "kind-tile is-chosen" : "kind-tile"} data-kind={one}>
            <input
              class="only-read"
              type="radio"
              name={name}
              checked={one === kind}
              onClick={(event) => onPick(one, event.detail > 0)}
              onChange={() => onPick(one, false)}
            />
            <Icon name={one} />
            <span>{t(`kind_${one}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function KindWord({ kind }: { kind: Kind }) {
  return (
    <span class="kind" data-kind={kind}>
      <Icon name={kind} />
      {t(`kind_${kind}`)}
    </span>
  );
}

function LetterCount({ left }: { left: number }) {
  if (left > MOST_LETTERS - COUNT_FROM) {
    return (
      <span class="numbers" aria-hidden="true">
        <bdi>
          {MOST_LETTERS - left}/{MOST_LETTERS}
        </bdi>
      </span>
    );
  }
  return (
    <span class={left < 0 ? "field-error" : "letters-left"} role="status">
      {left < 0 ? t("letters_over", { n: -left }) : t("letters_left", { n: left })}
    </span>
  );
}
