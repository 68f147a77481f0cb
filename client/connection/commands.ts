/** A command on its way, and the answer it gets. */

export type Fields = Record<string, unknown>;

export interface Command {
  /** "<tab>.<counter>": the same for every try, so that the server does it once. */
  readonly id: string;
  readonly name: string;
  readonly fields: Fields;
  /** Place in the queue, over all tabs of this person: about ms since 1970 on this phone. */
  readonly order: number;
  readonly stage: "waiting" | "saved" | "refused";
  /** True once it may have reached the server. */
  readonly offered?: boolean;
  /** When the final answer came: ms since 1970 on this phone. */
  readonly at?: number;
  /** Saved: where in the log. */
  readonly epoch?: number;
  readonly version?: number;
  readonly stamp?: number;
  /** Refused: why. */
  readonly error?: string;
  readonly reason?: string;
}

export type Answer =
  | { ok: true; version: number; stamp?: number }
  | { ok: false; error: string; reason: string };

/** Errors that pass: the same command is tried again later. Every other error is final. */
const passing = new Set(["busy", "unavailable", "internal"]);

export function isFinal(answer: Answer): boolean {
  return answer.ok || !passing.has(answer.error);
}

/** The server is there and could keep nothing: the network is not to blame. */
export function isHeldUp(answer: Answer | null): boolean {
  return answer !== null && !answer.ok && answer.error === "unavailable";
}

const ANSWERED_KEPT_MS = 24 * 60 * 60 * 1000;

/** Answered for so long that no lost history is to be feared any more; a clock may have jumped. */
export function isOutdated({ stage, at, order }: Command): boolean {
  return stage !== "waiting" && Math.abs(Date.now() - (at ?? order)) > ANSWERED_KEPT_MS;
}

/** The command after a final answer. */
export function answered(command: Command, answer: Answer, epoch: number): Command {
  const { id, name, fields, order } = command;
  const base = { id, name, fields, order, offered: true, at: Date.now() };
  return answer.ok
    ? { ...base, stage: "saved", epoch, version: answer.version, stamp: answer.stamp }
    : { ...base, stage: "refused", error: answer.error, reason: answer.reason };
}
