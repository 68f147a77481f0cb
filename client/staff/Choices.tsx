/** One of a few: radios whose whole label is the target. */
import { useId } from "preact/hooks";

interface Props<Value extends string> {
  legend: string;
  chosen: Value;
  onChange: (value: Value) => void;
  choices: { value: Value; label: string; hint?: string }[];
}

export function Choices<Value extends string>({ legend, chosen, onChange, choices }: Props<Value>) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="label">{legend}</legend>
      <div class="choices">
        {choices.map(({ value, label, hint }) => (
          <label key={value} class={chosen === value ? "choice is-chosen" : "choice"}>
            <input type="radio" name={name} checked={chosen === value} onChange={() => onChange(value)} />
            <span>
              <span class="choice-label">{label}</span>
              {hint && <span class="choice-hint">{hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
