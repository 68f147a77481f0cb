/** Practise with made-up phones, in a dialogue of its own that disappears afterwards. */
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../../design/icons.tsx";
import { dialogue } from "../../../staff/line.ts";
import { code } from "../../../staff/page.ts";
import { say, sayReason } from "../../../staff/words.ts";
import { EndRehearsal } from "./EndRehearsal.tsx";
import { running, startRehearsal, watchRehearsal, type Running } from "./running.ts";

export function Rehearsal() {
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("rehearse.title")}</h2>
      </div>
      {dialogue.value!.rehearsal ? <WithinRehearsal /> : <FromEvening />}
    </section>
  );
}

function WithinRehearsal() {
  return (
    <div class="sheet">
      <h3>{say("rehearse.here")}</h3>
      <p>{say("rehearse.here_hint")}</p>
      <div>
        <EndRehearsal code={code} />
      </div>
    </div>
  );
}

function FromEvening() {
  useEffect(watchRehearsal, []);
  return (
    <div class="sheet">
      <p class="measure">{say("rehearse.what")}</p>
      {running.value ? <UnderWay rehearsal={running.value} /> : running.value === null && <Start />}
    </div>
  );
}

function Start() {
  const [state, setState] = useState<{ waiting: boolean; reason?: string }>({ waiting: false });
  const start = async () => {
    setState({ waiting: true });
    const reason = await startRehearsal();
    if (reason) setState({ waiting: false, reason });
  };
  return (
    <div class="stack is-close">
      {state.reason && (
        <p class="field-error" role="alert">
          {say("rehearse.failed")} {sayReason(state.reason)}
        </p>
      )}
      <div>
        <button type="button" class="button is-main" disabled={state.waiting} onClick={start}>
          <Icon name="rehearsal" />
          {say(state.waiting ? "rehearse.starting" : "rehearse.start")}
        </button>
      </div>
    </div>
  );
}

function UnderWay({ rehearsal }: { rehearsal: Running }) {
  return (
    <div class="stack">
      <div role="status">
        <h3>{say("rehearse.running")}</h3>
        <p class="soft">{say("rehearse.running_hint")}</p>
      </div>
      <div class="button-row">
        <a class="button is-main" href={rehearsal.moderator_link} target="_blank" rel="noopener">
          <Icon name="hand" />
          {say("rehearse.open_moderation")}
        </a>
        <a class="button" href={rehearsal.board_link} target="_blank" rel="noopener">
          <Icon name="board" />
          {say("rehearse.open_board")}
        </a>
        <EndRehearsal code={rehearsal.code} onEnded={() => (running.value = null)} />
      </div>
    </div>
  );
}
