/** Plan a round or change it: title, question, kinds, minutes. */
import { useState } from "preact/hooks";
import type { Kind, Round, Texts } from "../../../connection/index.ts";
import { Dialog } from "../../../staff/Dialog.tsx";
import { FormFoot } from "../../../staff/FormFoot.tsx";
import { KindToggles } from "../../../staff/kinds.tsx";
import { NumberField } from "../../../staff/NumberField.tsx";
import { useOrder } from "../../../staff/order.ts";
import { TextsField } from "../../../staff/TextsField.tsx";
import { say } from "../../../staff/words.ts";

const noTexts: Texts = {};

export function RoundForm({ round, onClose }: { round?: Round; onClose: () => void }) {
  const { state, give } = useOrder();
  const [title, setTitle] = useState(round?.title ?? noTexts);
  const [question, setQuestion] = useState(round?.question ?? noTexts);
  const [kinds, setKinds] = useState<Kind[]>(round?.kinds ?? ["idea"]);
  const [minutes, setMinutes] = useState(round?.minutes ?? 20);

  const save = async (event: Event) => {
    event.preventDefault();
    const fields = { title, question, kinds, minutes };
    const saved = round ? await give("ChangeRound", { round: round.id, ...fields }) : await give("PlanRound", fields);
    if (saved) onClose();
  };

  return (
    <Dialog title={say(round ? "round.change" : "round.new")} onClose={onClose}>
      <form class="stack" onSubmit={save}>
        <TextsField label={say("round.title")} texts={title} onChange={setTitle} />
        <TextsField label={say("round.question")} texts={question} onChange={setQuestion} most={400} long />
        <KindToggles
          legend={say("round.kinds")}
          chosen={kinds}
          onChange={setKinds}
          {...(kinds.length ? {} : { hint: say("round.kinds_needed") })}
        />
        <NumberField
          label={say("round.minutes")}
          hint={say("round.minutes_hint")}
          value={minutes}
          onChange={setMinutes}
          most={600}
        />
        <FormFoot state={state} onClose={onClose} disabled={kinds.length === 0} />
      </form>
    </Dialog>
  );
}
