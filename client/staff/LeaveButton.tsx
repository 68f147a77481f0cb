/** Signs this browser out of every role it holds, after asking; the personal links stay good. */
import { useState } from "preact/hooks";
import { dropCopies } from "../connection/index.ts";
import { Dialog } from "./Dialog.tsx";
import { ask } from "./api.ts";
import { say, sayReason } from "./words.ts";

/** What a host was writing, and what was sent under a link; a participant's key has no link in it. */
const OF_STAFF = /^dialogtisch\.[^.]+\.(host|[^.]+\.command)\./;

/** `waits`: something that was sent here has no answer yet, and would go with the browser's words. */
export function LeaveButton({ waits = false }: { waits?: boolean }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="button is-quiet is-small" onClick={() => setAsking(true)}>
        {say("act.leave")}
      </button>
      {asking && <LeaveDialog waits={waits} onClose={() => setAsking(false)} />}
    </>
  );
}

function LeaveDialog({ waits, onClose }: { waits: boolean; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const leave = async () => {
    const reply = await ask("/api/leave", "POST", {});
    if (!reply.ok) return setReason(reply.reason);
    await forgetWords();
    location.replace("/");
  };
  return (
    <Dialog title={say("leave.title")} onClose={onClose}>
      <ul class="stack is-close">
        <li>{say("leave.everything")}</li>
        <li>{say("leave.links")}</li>
      </ul>
      {waits && (
        <p class="band is-round" data-tone="warn" role="alert">
          {say("leave.waits")}
        </p>
      )}
      {reason && <p role="alert">{sayReason(reason)}</p>}
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {say("act.cancel")}
        </button>
        <button type="button" class="button is-main" onClick={leave}>
          {say("act.leave")}
        </button>
      </div>
    </Dialog>
  );
}

/** A participant's own things on the same phone stay. */
async function forgetWords() {
  await dropCopies((key) => OF_STAFF.test(key));
  try {
    for (const key of Object.keys(localStorage)) if (OF_STAFF.test(key)) localStorage.removeItem(key);
  } catch {
    // Where storage is forbidden, nothing was kept.
  }
}
