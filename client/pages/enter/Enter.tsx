import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { ask } from "../../staff/api.ts";
import { Mark } from "../../staff/Mark.tsx";
import { say, sayReason, type Key } from "../../staff/words.ts";

interface Entered {
  role: string;
  table: number | null;
  page: string;
}

const explained: Record<string, Key> = {
  link_revoked: "enter.link_revoked",
  unknown_link: "enter.wrong",
  not_allowed: "enter.wrong",
  malformed: "enter.wrong",
  unknown_code: "enter.wrong",
  forgotten: "enter.gone",
  offline: "enter.offline",
};

/** A second try helps only against these. */
const passing = new Set(["offline", "busy", "unavailable", "internal", "too_many_at_once"]);

export function Enter({ secret }: { secret: string }) {
  const [reason, setReason] = useState<string | null>(null);
  const enter = async () => {
    setReason(null);
    const reply = await ask<Entered>("/api/enter", "POST", { secret });
    if (reply.ok) location.replace(destination(reply));
    else setReason(reply.reason);
  };
  useEffect(() => {
    if (secret) void enter();
  }, []);

  return (
    <main class="door">
      <Mark />
      {reason === null && secret ? (
        <p role="status">{say("enter.waiting")}</p>
      ) : (
        <div class="stack" role="alert">
          <h1>{say("enter.failed")}</h1>
          <p>{explain(secret ? reason : null)}</p>
          <div class="button-row">
            {reason && passing.has(reason) && (
              <button type="button" class="button is-main" onClick={enter}>
                <Icon name="undo" />
                {say("act.retry")}
              </button>
            )}
            <a class="button" href="/">
              {say("enter.to_start")}
            </a>
          </div>
        </div>
      )}
    </main>
  );
}

function explain(reason: string | null): string {
  if (reason === null) return say("enter.empty");
  const known = explained[reason];
  return known ? say(known) : sayReason(reason);
}

/** What stood in the link beside the secret (which wall view), and the host's own table, come along. */
function destination({ page, table }: Entered): string {
  const address = new URL(page, location.origin);
  for (const [name, wish] of new URLSearchParams(location.search)) address.searchParams.set(name, wish);
  if (table !== null) address.searchParams.set("table", String(table));
  return address.pathname + address.search;
}
