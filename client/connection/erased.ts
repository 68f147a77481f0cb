/** What was erased for the law goes from this device too: from its outbox and its notes. */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { Command } from "./commands.ts";
import { dropCopies } from "./copies.ts";
import { all, type Erased } from "./entries.ts";
import type { Outbox } from "./outbox.ts";
import type { View } from "./view.ts";

/** Keeps the outbox without words of erased cards; returns how to stop. */
export function dropErased(shared: ReadonlySignal<View>, outbox: Outbox): () => void {
  return effect(() => {
    const erased = all(shared.value, "erased");
    const concerned = (command: Command) => erased.some((card) => isOf(card, command));
    if (outbox.commands.value.some(concerned)) outbox.erase(concerned);
  });
}

/** A card is known here by its id once it was shown, and by the version at which it was saved. */
function isOf(card: Erased, command: Command): boolean {
  if (command.fields.card === card.id) return true;
  return command.name === "PostCard" && command.stage === "saved" && command.version === card.order;
}

/** The whole dialogue is gone: so is everything this device kept of it, the token included. */
export function forgetDialogue(code: string, outbox: Outbox) {
  const isOfIt = (key: string) => key.startsWith(`dialogtisch.${code}.`);
  outbox.erase(() => true);
  void dropCopies(isOfIt);
  try {
    for (const key of Object.keys(localStorage)) if (isOfIt(key)) localStorage.removeItem(key);
  } catch {
    // Where storage is forbidden, nothing was kept.
  }
}
