/** Dots or agreement, and with dots: how many, and how many on one option. */
import { Choices } from "../../../staff/Choices.tsx";
import { optionsFor } from "../../../staff/evening.ts";
import { NumberField } from "../../../staff/NumberField.tsx";
import { say } from "../../../staff/words.ts";
import type { BallotPlan } from "./plan.ts";

interface Props {
  plan: BallotPlan;
  onChange: (part: Partial<BallotPlan>) => void;
}

export function BallotMethod({ plan, onChange }: Props) {
  return (
    <>
      <Choices
        legend={say("ballot.method")}
        chosen={plan.method}
        onChange={(method) => onChange({ method })}
        choices={[
          { value: "dots", label: say("ballot.method_dots"), hint: say("ballot.method_dots_hint") },
          { value: "agreement", label: say("ballot.method_agreement"), hint: say("ballot.method_agreement_hint") },
        ]}
      />
      {plan.method === "dots" && (
        <div class="row is-top">
          <Dots plan={plan} onChange={onChange} />
          <NumberField
            label={say("ballot.most")}
            hint={say("ballot.most_hint")}
            value={plan.most_per_option}
            onChange={(most_per_option) => onChange({ most_per_option })}
            most={Math.max(1, plan.dots)}
          />
        </div>
      )}
    </>
  );
}

/** More dots than this nobody places with care. */
const MOST_SUGGESTED = 10;

/** The usual advice: half as many dots as there are options to choose from. */
function Dots({ plan, onChange }: Props) {
  const suggested = Math.min(MOST_SUGGESTED, Math.round(optionsFor(plan) / 2));
  return (
    <div class="stack is-close">
      <NumberField
        label={say("ballot.dots")}
        value={plan.dots}
        onChange={(dots) => onChange({ dots, most_per_option: Math.min(plan.most_per_option, Math.max(1, dots)) })}
        most={100}
        {...(suggested > 0 ? { hint: say("ballot.dots_suggested", { n: suggested }) } : {})}
      />
      {suggested > 0 && suggested !== plan.dots && (
        <button type="button" class="button is-small" onClick={() => onChange({ dots: suggested })}>
          {say("ballot.dots_suggest", { n: suggested })}
        </button>
      )}
    </div>
  );
}
