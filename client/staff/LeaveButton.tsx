/** Signs this browser out of every role it holds; the personal links stay good. */
import { useState } from "preact/hooks";
import { ask } from "./api.ts";
import { say, sayReason } from "./words.ts";

const OF_STAFF = /^dialogtisch\.[^.]+\.host\./;

export function LeaveButton() {
  const [reason, setReason] = useState("");
  const leave = async () => {
    const reply = await ask("/api/leave", "POST", {});
    if (!reply.ok) return setReason(reply.reason);
    forgetDrafts();
    location.replace("/");
  };
  return (
    <>
      <button type="button" class="button is-quiet is-small" onClick={leave}>
        {say("act.leave")}
      </button>
      {reason && (
        <p class="small" role="alert">
          {sayReason(reason)}
        </p>
      )}
    </>
  );
}

/** A participant's own things on the same phone stay. */
function forgetDrafts() {
  try {
    for (const key of Object.keys(localStorage)) if (OF_STAFF.test(key)) localStorage.removeItem(key);
  } catch {
    // Where storage is forbidden, nothing was kept.
  }
}
