/** The rehearsal of this evening. It may be ended in its own window, so this one keeps asking. */
import { signal } from "@preact/signals";
import { ask } from "../../../staff/api.ts";
import { code } from "../../../staff/page.ts";

export interface Running {
  code: string;
  moderator_link: string;
  board_link: string;
}

const path = `/api/dialogues/${code}/rehearsal`;
const LOOK_EVERY_MS = 3000;

/** Undefined until the server was asked for the first time, null while there is none. */
export const running = signal<Running | null | undefined>(undefined);

/** Asks now and again and whenever somebody comes back to this window; answers how to stop. */
export function watchRehearsal(): () => void {
  const lookIfSeen = () => void (document.hidden || look());
  void look();
  const timer = setInterval(lookIfSeen, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", lookIfSeen);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", lookIfSeen);
  };
}

/** Answers the reason of a refusal, or null. */
export async function startRehearsal(): Promise<string | null> {
  const reply = await ask<Running>(path, "POST", {});
  if (!reply.ok) return reply.reason;
  running.value = reply;
  return null;
}

async function look() {
  const before = running.value;
  const reply = await ask<{ running: Running | null }>(path);
  // What was started or ended here meanwhile is newer than this answer.
  if (running.value !== before) return;
  if (reply.ok) {
    if (before?.code !== reply.running?.code || before === undefined) running.value = reply.running;
  } else if (before === undefined) running.value = null;
}
