/** Statements typed by the moderator, each in several languages. */
import type { Texts } from "../../../connection/index.ts";
import { Icon } from "../../../design/icons.tsx";
import { TextsField } from "../../../staff/TextsField.tsx";
import { say } from "../../../staff/words.ts";

interface Props {
  statements: Texts[];
  onChange: (statements: Texts[]) => void;
}

export function Statements({ statements, onChange }: Props) {
  const change = (place: number, texts: Texts) =>
    onChange(statements.map((one, at) => (at === place ? texts : one)));
  const remove = (place: number) => onChange(statements.filter((_, at) => at !== place));
  return (
    <fieldset class="field">
      <legend class="label">{say("ballot.statements")}</legend>
      <p class="field-hint">{say("ballot.statements_hint")}</p>
      <div class="stack">
        {statements.map((texts, place) => (
          <div key={place} class="statement">
            <TextsField
              label={say("ballot.statement", { n: place + 1 })}
              texts={texts}
              onChange={(changed) => change(place, changed)}
              most={500}
              long
            />
            <button
              type="button"
              class="button is-quiet is-icon"
              aria-label={`${say("act.remove")}: ${say("ballot.statement", { n: place + 1 })}`}
              onClick={() => remove(place)}
            >
              <Icon name="bin" />
            </button>
          </div>
        ))}
      </div>
      <div>
        <button type="button" class="button is-small" onClick={() => onChange([...statements, {}])}>
          <Icon name="plus" />
          {say("ballot.add_statement")}
        </button>
      </div>
    </fieldset>
  );
}
