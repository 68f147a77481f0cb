import { useState } from "preact/hooks";
import { Icon } from "../../../design/icons.tsx";
import { ask } from "../../../staff/api.ts";
import { Dialog } from "../../../staff/Dialog.tsx";
import { say, sayReason } from "../../../staff/words.ts";

export function EndRehearsal({ code, onEnded }: { code: string; onEnded?: () => void }) {
  const [asking, setAsking] = useState(false);
  const [outcome, setOutcome] = useState<{ ended?: boolean; reason?: string }>({});
  const end = async () => {
    const reply = await ask(`/api/dialogues/${code}/rehearsal`, "DELETE");
    // Forgotten is just as well: somebody ended it in another window.
    if (!reply.ok && reply.error !== "forgotten") return setOutcome({ reason: reply.reason });
    setOutcome({ ended: true });
    setAsking(false);
    onEnded?.();
  };
  if (outcome.ended) return <p role="status">{say("rehearse.ended")}</p>;
  return (
    <>
      <button type="button" class="button is-risky" onClick={() => setAsking(true)}>
        {say("rehearse.end")}
      </button>
      {asking && (
        <Dialog title={say("rehearse.end_confirm")} onClose={() => setAsking(false)}>
          <p>{say("rehearse.end_what")}</p>
          {outcome.reason && (
            <p class="field-error" role="alert">
              {sayReason(outcome.reason)}
            </p>
          )}
          <div class="dialog-foot">
            <button type="button" class="button" onClick={() => setAsking(false)}>
              {say("act.cancel")}
            </button>
            <button type="button" class="button is-main is-risky" onClick={end}>
              <Icon name="bin" />
              {say("rehearse.end")}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
