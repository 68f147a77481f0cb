/** Plan a ballot or change it while nobody has seen it. */
import { useState } from "preact/hooks";
import type { Ballot } from "../../../connection/index.ts";
import { Dialog } from "../../../staff/Dialog.tsx";
import { FormFoot } from "../../../staff/FormFoot.tsx";
import { NumberField } from "../../../staff/NumberField.tsx";
import { useOrder } from "../../../staff/order.ts";
import { TextsField } from "../../../staff/TextsField.tsx";
import { inMain, say } from "../../../staff/words.ts";
import { BallotMethod } from "./BallotMethod.tsx";
import { BallotOptions } from "./BallotOptions.tsx";
import { BallotVoters } from "./BallotVoters.tsx";
import { fresh, planOf, type BallotPlan } from "./plan.ts";

export function BallotForm({ ballot, onClose }: { ballot?: Ballot; onClose: () => void }) {
  const { state, give } = useOrder();
  const [plan, setPlan] = useState<BallotPlan>(ballot ? planOf(ballot) : fresh);
  const change = (part: Partial<BallotPlan>) => setPlan({ ...plan, ...part });

  const save = async (event: Event) => {
    event.preventDefault();
    const typed = { ...plan, statements: plan.statements.filter((texts) => inMain(texts).text.trim()) };
    const saved = ballot ? await give("ChangeBallot", { ballot: ballot.id, ...typed }) : await give("PlanBallot", typed);
    if (saved) onClose();
  };

  return (
    <Dialog title={say(ballot ? "ballot.change" : "ballot.new")} onClose={onClose} wide>
      <form class="stack is-wide" onSubmit={save}>
        <TextsField label={say("ballot.title")} texts={plan.title} onChange={(title) => change({ title })} />
        <BallotOptions plan={plan} onChange={change} />
        <BallotMethod plan={plan} onChange={change} />
        <BallotVoters plan={plan} onChange={change} />
        <NumberField
          label={say("ballot.minutes")}
          value={plan.minutes}
          onChange={(minutes) => change({ minutes })}
          most={600}
        />
        <FormFoot state={state} onClose={onClose} />
      </form>
    </Dialog>
  );
}
