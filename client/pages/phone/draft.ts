/** The card that is being written. It outlives reload, closed tab and the end of the round. */
import { signal } from "@preact/signals";
import type { Kind } from "../../connection/index.ts";
import { code } from "./evening.ts";
import { recall, remember } from "./memory.ts";

interface Draft {
  text: string;
  kind: Kind | null;
}

const empty: Draft = { text: "", kind: null };

export const draft = signal<Draft>(recall<Draft>(code, "draft") ?? empty);

export function changeDraft(change: Partial<Draft>) {
  draft.value = { ...draft.value, ...change };
  remember(code, "draft", draft.value);
}

export function clearDraft() {
  changeDraft(empty);
}
