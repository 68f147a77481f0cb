/** Which refusal is still news: what went through afterwards makes it history. */
import type { Command } from "../connection/index.ts";

export function standingRefusal(list: readonly Command[]): Command | undefined {
  for (const command of [...list].reverse()) {
    if (command.stage === "saved") return undefined;
    if (command.stage === "refused") return command;
  }
  return undefined;
}
