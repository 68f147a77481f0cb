/** Who may vote, and openly what that can prevent and what it cannot. */
import { Choices } from "../../../staff/Choices.tsx";
import { batches, ticketRule } from "../../../staff/evening.ts";
import { say } from "../../../staff/words.ts";
import type { BallotPlan } from "./plan.ts";

interface Props {
  plan: BallotPlan;
  onChange: (part: Partial<BallotPlan>) => void;
}

export function BallotVoters({ plan, onChange }: Props) {
  if (ticketRule.value.always) {
    return (
      <p class="band is-round" role="status">
        {say("ballot.voters_always")}
      </p>
    );
  }
  return (
    <>
      <Choices
        legend={say("ballot.voters")}
        chosen={plan.tickets ? "tickets" : "phones"}
        onChange={(who) => onChange({ tickets: who === "tickets" })}
        choices={[
          { value: "phones", label: say("ballot.voters_phones"), hint: say("ballot.voters_phones_hint") },
          { value: "tickets", label: say("ballot.voters_tickets"), hint: say("ballot.voters_tickets_hint") },
        ]}
      />
      {plan.tickets && batches.value.length === 0 && (
        <p class="band is-round" data-tone="warn" role="status">
          {say("ballot.voters_print_first")}
        </p>
      )}
    </>
  );
}
