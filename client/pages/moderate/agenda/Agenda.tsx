/** The run sheet: rounds and ballots from top to bottom, as the evening goes. */
import { useState } from "preact/hooks";
import { Icon } from "../../../design/icons.tsx";
import { nextStep, steps } from "../../../staff/evening.ts";
import { dialogue } from "../../../staff/line.ts";
import { say } from "../../../staff/words.ts";
import { AgendaStep } from "./AgendaStep.tsx";
import { BallotForm } from "./BallotForm.tsx";
import { RoundForm } from "./RoundForm.tsx";

export function Agenda() {
  const [planning, setPlanning] = useState<"round" | "ballot" | null>(null);
  const done = () => setPlanning(null);
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("agenda.title")}</h2>
        <p class="soft">{say("agenda.hint")}</p>
      </div>
      <GoalReminder />
      {steps.value.length === 0 ? (
        <div class="empty">
          <Icon name="clock" />
          <p>{say("agenda.empty")}</p>
        </div>
      ) : (
        <ol class="run-sheet">
          {steps.value.map((step, place) => (
            <AgendaStep key={step.id} step={step} place={place + 1} isNext={nextStep.value?.id === step.id} />
          ))}
        </ol>
      )}
      <div class="button-row">
        <button type="button" class="button" onClick={() => setPlanning("round")}>
          <Icon name="plus" />
          {say("agenda.plan_round")}
        </button>
        <button type="button" class="button" onClick={() => setPlanning("ballot")}>
          <Icon name="plus" />
          {say("agenda.plan_ballot")}
        </button>
      </div>
      {planning === "round" && <RoundForm onClose={done} />}
      {planning === "ballot" && <BallotForm onClose={done} />}
    </section>
  );
}

/** The one thing participants miss most, so it is asked for until it is written. */
function GoalReminder() {
  const { goal, afterwards } = dialogue.value!;
  if (Object.keys(goal).length && Object.keys(afterwards).length) return null;
  return (
    <p class="band is-round" data-tone="warn">
      <span>{say("about.goal_missing")}</span>
      <a href="#about">{say("about.goal_write")}</a>
    </p>
  );
}
