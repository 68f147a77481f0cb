/** Erasing for the law: whether this browser may, and how it is asked for. Only the organiser may. */
import { signal } from "@preact/signals";
import { ask } from "./api.ts";

export const mayErase = signal(false);

export async function askWhetherToErase(code: string) {
  const answer = await ask<{ allowed: boolean }>(`/api/dialogues/${code}/erasures`);
  mayErase.value = answer.ok && answer.allowed;
}

/** `clean` false: words are still in files that somebody else has to clean. */
export function eraseCard(code: string, card: string, reason: string) {
  return ask<{ clean: boolean }>(`/api/dialogues/${code}/erasures`, "POST", { card, reason });
}

export function eraseDialogue(code: string, typed: string, reason: string) {
  return ask<{ clean: boolean }>(`/api/dialogues/${code}/erase`, "POST", { code: typed, reason });
}
