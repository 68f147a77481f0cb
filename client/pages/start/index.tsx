/** The start page: somebody types the code from the poster. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import {
  browserLanguage,
  directionOf,
  language,
  languageNames,
  languages,
  speakOnPage,
} from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";
import { shownCode } from "../../texts/shown-code.ts";
import { readCode, readSymbols, type Typed } from "./code.ts";

const EXAMPLE = "ABCD-EFGH";

type Trouble = Exclude<Typed, { path: string }> | { wrong: "unknown" | "no_answer" };
const trouble = signal<Trouble | null>(null);
const isAsking = signal(false);
/** Typed first, from a voting ticket: the dialogue's own code is still to come. */
const ticket = signal<string | null>(null);

async function go(typed: string) {
  const read = readCode(typed);
  trouble.value = "path" in read ? null : read;
  if (!("path" in read)) return;
  isAsking.value = true;
  trouble.value = await whyNot(read.path);
  isAsking.value = false;
  if (!trouble.value) location.assign(ticket.value ? `${read.path}#t=${ticket.value}` : read.path);
}

async function whyNot(path: string): Promise<Trouble | null> {
  try {
    const answer = await fetch(path, { method: "HEAD" });
    return answer.status === 404 ? { wrong: "unknown" } : null;
  } catch {
    return { wrong: "no_answer" };
  }
}

function troubleText(wrong: Trouble): string {
  switch (wrong.wrong) {
    case "short":
    case "long":
      return t(`start_${wrong.wrong}`, { n: wrong.n });
    case "letters":
      return t("start_letters", { letters: wrong.letters });
    default:
      return t(`start_${wrong.wrong}`);
  }
}

function Start() {
  const field = useRef<HTMLInputElement>(null);
  function submit(event: Event) {
    event.preventDefault();
    void go(field.current?.value ?? "").then(() => trouble.value && field.current?.focus());
  }
  function isTicket() {
    const read = readSymbols(field.current?.value ?? "");
    if (!("symbols" in read)) return;
    turnTo(read.symbols, "");
  }
  function isNoTicket() {
    turnTo(null, ticket.value ? shownCode(ticket.value) : "");
  }
  function turnTo(secret: string | null, typed: string) {
    ticket.value = secret;
    trouble.value = null;
    if (!field.current) return;
    field.current.value = typed;
    field.current.focus();
  }
  return (
    <main class="screen start">
      <Languages />
      <h1>{t("start_title")}</h1>
      <form class="stack" onSubmit={submit}>
        <div class="field">
          <label for="code">{t(ticket.value ? "start_ticket_code" : "start_code")}</label>
          <input
            ref={field}
            id="code"
            class="input code code-field"
            dir="ltr"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            enterkeyhint="go"
            placeholder={EXAMPLE}
            aria-invalid={trouble.value ? "true" : undefined}
            aria-describedby="code-hint code-trouble"
          />
          <p class="field-hint" id="code-hint">
            {t("start_hint", { example: EXAMPLE })}
          </p>
          <p class="field-error" id="code-trouble" role="alert">
            {trouble.value && troubleText(trouble.value)}
          </p>
          {trouble.value?.wrong === "unknown" && !ticket.value && (
            <button type="button" class="button is-wide" onClick={isTicket}>
              <Icon name="ticket" />
              {t("start_is_ticket")}
            </button>
          )}
        </div>
        <button class="button is-main is-large is-wide" disabled={isAsking.value}>
          {isAsking.value ? <span class="waiting-ring" aria-hidden="true" /> : null}
          {t("start_go")}
          <Icon name="forward" directed />
        </button>
        {ticket.value && (
          <button type="button" class="button is-quiet is-wide" disabled={isAsking.value} onClick={isNoTicket}>
            <Icon name="back" directed />
            {t("back")}
          </button>
        )}
      </form>
      <a class="button is-small is-quiet is-foot" href="/source">
        {t("source")}
      </a>
    </main>
  );
}

function Languages() {
  return (
    <div class="start-languages" role="group" aria-label="Sprache / Language / اللغة">
      {languages.map((spoken) => (
        <button
          key={spoken}
          class={spoken === language.value ? "button is-small is-chosen" : "button is-small is-quiet"}
          lang={spoken}
          dir={directionOf(spoken)}
          aria-pressed={spoken === language.value}
          onClick={() => (language.value = spoken)}
        >
          {languageNames[spoken]}
        </button>
      ))}
    </div>
  );
}

language.value = browserLanguage();
speakOnPage();
const place = document.getElementById("app");
if (place) render(<Start />, place);
