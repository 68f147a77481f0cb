/** A card for somebody who cannot write here: the draft stays until it is saved. */
import { useEffect, useId, useState } from "preact/hooks";
import type { Kind, Round } from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { send } from "../../staff/line.ts";
import { code } from "../../staff/page.ts";
import { say, sayKind } from "../../staff/words.ts";
import { OnTheirWay } from "./OnTheirWay.tsx";

const MOST_LETTERS = 500;
const draftKey = `dialogtisch.${code}.host.draft`;

export function WriteFor({ round }: { round: Round | undefined }) {
  const [text, setText] = useState(savedDraft);
  const [kind, setKind] = useState<Kind | null>(null);
  const id = useId();
  useEffect(() => saveDraft(text), [text]);

  const allowed = round?.kinds ?? [];
  const chosen = kind && allowed.includes(kind) ? kind : allowed.length === 1 ? allowed[0]! : null;
  const left = MOST_LETTERS - [...text.trim()].length;

  // The card is in the outbox from here on; the next one can be written while it travels.
  const post = (event: Event) => {
    event.preventDefault();
    if (!chosen) return;
    void send("PostCard", { text, kind: chosen });
    setText("");
  };

  return (
    <form class="sheet write-for" onSubmit={post}>
      <div>
        <h2>{say("host.write_for")}</h2>
        <p class="soft small">{say("host.write_for_hint")}</p>
      </div>
      {allowed.length > 1 && <KindPick allowed={allowed} chosen={chosen} onChange={setKind} />}
      <div class="field">
        <label for={id}>{say("host.text")}</label>
        <textarea
          id={id}
          class="input is-low"
          dir="auto"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p class={left < 0 ? "field-error small" : "field-hint"}>
          {left < 0 ? say("host.too_long", { n: -left }) : say("host.letters_left", { n: left })}
        </p>
      </div>
      <button class="button is-main is-wide" disabled={!round || !chosen || !text.trim() || left < 0}>
        <Icon name="plus" />
        {say("host.post")}
      </button>
      <OnTheirWay onTakeBack={setText} />
    </form>
  );
}

interface PickProps {
  allowed: Kind[];
  chosen: Kind | null;
  onChange: (kind: Kind) => void;
}

function KindPick({ allowed, chosen, onChange }: PickProps) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="label">{say("host.kind")}</legend>
      <div class="choices">
        {allowed.map((kind) => (
          <label
            key={kind}
            data-kind={kind}
            class={chosen === kind ? "choice kind-toggle is-chosen" : "choice kind-toggle"}
          >
            <input type="radio" name={name} class="only-read" checked={chosen === kind} onChange={() => onChange(kind)} />
            <Icon name={kind} />
            {sayKind(kind)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function savedDraft(): string {
  try {
    return localStorage.getItem(draftKey) ?? "";
  } catch {
    return "";
  }
}

function saveDraft(text: string) {
  try {
    localStorage.setItem(draftKey, text);
  } catch {
    // A full or forbidden storage: the text stays on the page at least.
  }
}
