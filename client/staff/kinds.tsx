/** A kind of card as icon, colour and word, to read and to choose. */
import { kinds, type Kind } from "../connection/index.ts";
import { Icon } from "../design/icons.tsx";
import { sayKind } from "./words.ts";

export function KindWord({ kind }: { kind: Kind }) {
  return (
    <span class="kind" data-kind={kind}>
      <Icon name={kind} />
      {sayKind(kind)}
    </span>
  );
}

export function KindChips({ of }: { of: readonly Kind[] }) {
  return (
    <span class="row is-tight">
      {of.map((kind) => (
        <span key={kind} class="chip" data-kind={kind}>
          <Icon name={kind} />
          {sayKind(kind)}
        </span>
      ))}
    </span>
  );
}

interface Toggles {
  legend: string;
  chosen: readonly Kind[];
  onChange: (chosen: Kind[]) => void;
  hint?: string;
}

export function KindToggles({ legend, chosen, onChange, hint }: Toggles) {
  const toggle = (kind: Kind) =>
    onChange(kinds.filter((one) => (one === kind ? !chosen.includes(one) : chosen.includes(one))));
  return (
    <fieldset class="field">
      <legend class="label">{legend}</legend>
      {hint && <p class="field-hint">{hint}</p>}
      <div class="choices">
        {kinds.map((kind) => (
          <label
            key={kind}
            data-kind={kind}
            class={chosen.includes(kind) ? "choice kind-toggle is-chosen" : "choice kind-toggle"}
          >
            <input type="checkbox" checked={chosen.includes(kind)} onChange={() => toggle(kind)} />
            <Icon name={kind} />
            {sayKind(kind)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
