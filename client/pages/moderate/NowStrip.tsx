/** What is open now and the one obvious next step; on top of every section. */
import { useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { Overshoot } from "../../staff/Attendance.tsx";
import { Countdown } from "../../staff/Countdown.tsx";
import { nextStep, openSteps, resultsAreThere, steps, votersIn, type Step } from "../../staff/evening.ts";
import { InMain } from "../../staff/InMain.tsx";
import { now } from "../../staff/line.ts";
import { inMain, say } from "../../staff/words.ts";
import { CloseConfirm } from "./agenda/CloseConfirm.tsx";
import { Extend } from "./agenda/Extend.tsx";
import { OpenConfirm } from "./agenda/OpenConfirm.tsx";
import { RoundForm } from "./agenda/RoundForm.tsx";
import { place } from "./places.ts";

export function NowStrip() {
  const open = openSteps.value;
  return (
    <section class={open.length ? "now is-open" : "now"} aria-label={say("now.label")}>
      {open.map((step) => (
        <OpenStep key={step.id} step={step} />
      ))}
      {open.length === 0 && <NothingOpen />}
    </section>
  );
}

function OpenStep({ step }: { step: Step }) {
  const [closing, setClosing] = useState(false);
  const up = step.deadline !== null && step.deadline <= now.value;
  const next = nextStep.value;
  return (
    <div class="now-step">
      <div class="now-what">
        <p class="now-label">
          <span class="now-pulse" aria-hidden="true" />
          {say(step.sort === "round" ? "now.round_open" : "now.ballot_open")}
        </p>
        <InMain as="h2" of={step.title} />
        {step.sort === "ballot" && <p>{say("count.voters", { n: votersIn(step.id) })}</p>}
        {step.sort === "ballot" && <Overshoot ballot={step.id} />}
        {next && (
          <p class="now-then small">
            {say("now.next")}: {inMain(next.title).text}
          </p>
        )}
      </div>
      <Countdown deadline={step.deadline} />
      <div class="now-acts">
        <Extend step={step} />
        <button type="button" class={up ? "button is-main" : "button"} onClick={() => setClosing(true)}>
          <Icon name="stop" />
          {say(step.sort === "round" ? "agenda.close_round" : "agenda.close_ballot")}
        </button>
      </div>
      {closing && <CloseConfirm step={step} onClose={() => setClosing(false)} />}
    </div>
  );
}

function NothingOpen() {
  const [doing, setDoing] = useState(false);
  const done = () => setDoing(false);
  const next = nextStep.value;
  if (next) {
    return (
      <div class="now-step">
        <div class="now-what">
          <p class="now-label">{say("now.next")}</p>
          <InMain as="h2" of={next.title} />
          <p class="now-then small">{say(resultsAreThere.value ? "now.nothing_results" : "now.nothing")}</p>
        </div>
        <button type="button" class="button is-main is-large" onClick={() => setDoing(true)}>
          <Icon name="play" />
          {say(next.sort === "round" ? "agenda.open_round" : "agenda.open_ballot")}
        </button>
        {doing && <OpenConfirm step={next} onClose={done} />}
      </div>
    );
  }
  const finished = steps.value.length > 0;
  return (
    <div class="now-step">
      <h2 class="now-what">{say(finished ? "now.all_done" : "now.nothing_planned")}</h2>
      {finished && place.value === "results" ? null : finished ? (
        <a class="button is-main is-large" href="#results">
          <Icon name="forward" directed />
          {say("now.to_results")}
        </a>
      ) : (
        <button type="button" class="button is-main is-large" onClick={() => setDoing(true)}>
          <Icon name="plus" />
          {say("now.plan_first")}
        </button>
      )}
      {doing && !finished && <RoundForm onClose={done} />}
    </div>
  );
}
