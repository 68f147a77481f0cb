/** One line of the run sheet: what it is, how it stands, and what can be done with it. */
import { useState } from "preact/hooks";
import { Icon } from "../../../design/icons.tsx";
import { Confirm } from "../../../staff/Confirm.tsx";
import { cards, votersIn, type Step } from "../../../staff/evening.ts";
import { InMain } from "../../../staff/InMain.tsx";
import { KindChips } from "../../../staff/kinds.tsx";
import { inMain, say } from "../../../staff/words.ts";
import { BallotForm } from "./BallotForm.tsx";
import { BallotRule } from "../../../staff/BallotRule.tsx";
import { OpenConfirm } from "./OpenConfirm.tsx";
import { RoundForm } from "./RoundForm.tsx";

type Doing = "opening" | "editing" | "removing" | null;

export function AgendaStep({ step, place, isNext }: { step: Step; place: number; isNext: boolean }) {
  const [doing, setDoing] = useState<Doing>(null);
  return (
    <li class="step" data-state={step.state} data-next={isNext || undefined}>
      <span class="step-mark" aria-hidden="true">
        {step.state === "closed" && <Icon name="check" />}
        {step.state === "planned" && place}
        {step.state === "open" && <Icon name="play" />}
      </span>
      <div class="step-what">
        <p class="step-label small">
          {say(step.sort === "round" ? "agenda.round" : "agenda.ballot")} · {say(`agenda.state.${step.state}`)} ·{" "}
          {say("time.minutes", { n: step.minutes })}
          <Outcome step={step} />
        </p>
        <InMain as="h3" of={step.title} />
        {step.sort === "round" ? <RoundBody step={step} /> : <BallotRule ballot={step} />}
      </div>
      <Acts step={step} isNext={isNext} onDo={setDoing} />
      <Dialogs step={step} doing={doing} onClose={() => setDoing(null)} />
    </li>
  );
}

function RoundBody({ step }: { step: Extract<Step, { sort: "round" }> }) {
  return (
    <>
      <InMain as="p" of={step.question} />
      <KindChips of={step.kinds} />
    </>
  );
}

function Outcome({ step }: { step: Step }) {
  if (step.state === "planned") return null;
  if (step.sort === "ballot") return <> · {say("count.voters", { n: votersIn(step.id) })}</>;
  const posted = cards.value.filter((card) => card.round === step.id).length;
  return <> · {say("count.cards", { n: posted })}</>;
}

function Acts({ step, isNext, onDo }: { step: Step; isNext: boolean; onDo: (doing: Doing) => void }) {
  // The next step opens from the strip on top, and only from there: one obvious button.
  const canOpen = (step.state === "planned" && !isNext) || (step.sort === "round" && step.state === "closed");
  const canEdit = step.sort === "round" || step.state === "planned";
  const label = step.state === "closed" ? "agenda.reopen" : "agenda.open_first";
  const title = inMain(step.title).text;
  return (
    <div class="step-acts">
      {canOpen && (
        <button
          type="button"
          class="button is-quiet is-small"
          aria-label={`${say(label)}: ${title}`}
          onClick={() => onDo("opening")}
        >
          {say(label)}
        </button>
      )}
      {canEdit && (
        <button
          type="button"
          class="button is-quiet is-small"
          aria-label={`${say("act.edit")}: ${title}`}
          onClick={() => onDo("editing")}
        >
          {say("act.edit")}
        </button>
      )}
      {step.state === "planned" && (
        <button
          type="button"
          class="button is-quiet is-small"
          aria-label={`${say("act.remove")}: ${title}`}
          onClick={() => onDo("removing")}
        >
          {say("act.remove")}
        </button>
      )}
    </div>
  );
}

function Dialogs({ step, doing, onClose }: { step: Step; doing: Doing; onClose: () => void }) {
  if (doing === "opening") return <OpenConfirm step={step} onClose={onClose} />;
  if (doing === "editing" && step.sort === "round") return <RoundForm round={step} onClose={onClose} />;
  if (doing === "editing" && step.sort === "ballot") return <BallotForm ballot={step} onClose={onClose} />;
  if (doing === "removing") {
    return (
      <Confirm
        title={say("confirm.remove", { title: inMain(step.title).text })}
        lines={[say("confirm.remove_what")]}
        act={say("act.remove")}
        drawing="bin"
        risky
        order={step.sort === "round" ? ["RemoveRound", { round: step.id }] : ["RemoveBallot", { ballot: step.id }]}
        onClose={onClose}
      />
    );
  }
  return null;
}
