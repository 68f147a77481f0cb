/** What people vote on: cards of some rounds and kinds, and statements typed here. */
import { Choices } from "../../../staff/Choices.tsx";
import { optionsFor, rounds } from "../../../staff/evening.ts";
import { KindToggles } from "../../../staff/kinds.tsx";
import { inMain, say } from "../../../staff/words.ts";
import type { BallotPlan } from "./plan.ts";
import { Statements } from "./Statements.tsx";

interface Props {
  plan: BallotPlan;
  onChange: (part: Partial<BallotPlan>) => void;
}

export function BallotOptions({ plan, onChange }: Props) {
  return (
    <>
      <Choices
        legend={say("ballot.scope")}
        chosen={plan.own_table ? "own" : "all"}
        onChange={(scope) => onChange({ own_table: scope === "own" })}
        choices={[
          { value: "own", label: say("ballot.scope_own") },
          { value: "all", label: say("ballot.scope_all") },
        ]}
      />
      <RoundToggles plan={plan} onChange={onChange} />
      <KindToggles
        legend={say("ballot.kinds")}
        hint={say("ballot.kinds_hint")}
        chosen={plan.kinds}
        onChange={(kinds) => onChange({ kinds })}
      />
      <Statements statements={plan.statements} onChange={(statements) => onChange({ statements })} />
      <p class="band is-round" role="status">
        {say(plan.own_table ? "ballot.option_count_table" : "ballot.option_count", { n: optionsFor(plan) })}
      </p>
    </>
  );
}

function RoundToggles({ plan, onChange }: Props) {
  const toggle = (id: string) =>
    onChange({
      rounds: plan.rounds.includes(id) ? plan.rounds.filter((one) => one !== id) : [...plan.rounds, id],
    });
  return (
    <fieldset class="field">
      <legend class="label">{say("ballot.rounds")}</legend>
      <p class="field-hint">{say(plan.statements.length ? "ballot.rounds_hint_statements" : "ballot.rounds_hint")}</p>
      <div class="choices">
        {rounds.value.map((round) => (
          <label key={round.id} class={plan.rounds.includes(round.id) ? "choice is-chosen" : "choice"}>
            <input type="checkbox" checked={plan.rounds.includes(round.id)} onChange={() => toggle(round.id)} />
            {inMain(round.title).text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
