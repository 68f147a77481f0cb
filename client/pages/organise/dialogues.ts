/** The dialogues of this installation, as the server lists them. */
import { signal } from "@preact/signals";
import type { Texts } from "../../connection/index.ts";
import { ask } from "../../staff/api.ts";

export interface ListedDialogue {
  code: string;
  title: Texts;
  created: number | string;
  rehearsal: boolean;
  joined: number;
  cards: number;
  moderator_link: string;
  /** Nothing is left of it but this. */
  erased?: { at: number; because: string };
  /** Its log is damaged, so it stays closed; `repair` is the command, if one of ours can help. */
  broken?: boolean;
  repair?: string;
  /** A newer program has written to it, or one from before the first release. */
  other_program?: boolean;
  /** Its store cannot be reached now. */
  away?: boolean;
}

export const dialogues = signal<ListedDialogue[] | null>(null);
export const failure = signal<string | null>(null);

export async function fetchDialogues() {
  const reply = await ask<{ dialogues: ListedDialogue[] }>("/api/dialogues");
  failure.value = reply.ok ? null : reply.reason;
  if (reply.ok) dialogues.value = [...reply.dialogues].sort((a, b) => moment(b) - moment(a));
}

export function moment({ created }: ListedDialogue): number {
  return new Date(created).getTime();
}

export interface NewDialogue {
  template: "zukunftswerkstatt" | "blank";
  title: Texts | null;
  languages: string[];
  tables: number | null;
}

export function create(plan: NewDialogue) {
  return ask<{ code: string; moderator_link: string }>("/api/dialogues", "POST", plan);
}
