import { useId } from "preact/hooks";

interface Props {
  label: string;
  value: number;
  onChange: (value: number) => void;
  most: number;
  least?: number;
  hint?: string;
}

export function NumberField({ label, value, onChange, most, least = 1, hint }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        class="input is-number"
        inputMode="numeric"
        min={least}
        max={most}
        required
        value={Number.isNaN(value) ? "" : value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
