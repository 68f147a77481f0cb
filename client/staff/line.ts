/** The one line of a staff page to its dialogue. Views come out of it, orders go into it. */
import { computed, effect, signal } from "@preact/signals";
import { connect, nothingYet, single, type Answer, type Connection } from "../connection/index.ts";
import { isOurs, language } from "../texts/index.ts";
import { code, linkId, startPage } from "./page.ts";
import { mainLanguage } from "./words.ts";

const line = signal<Connection | null>(null);

export const shared = computed(() => line.value?.shared.value ?? nothingYet);
export const lineState = computed(() => line.value?.state.value ?? "connecting");
export const commands = computed(() => line.value?.commands.value ?? []);

/** The server hands out newer pages than this one. */
export const newerPage = computed(() => line.value?.newerPage.value ?? false);
export const loadNewerPage = () => line.value?.loadNewerPage();

/** Why the server does not let this page in. */
export const refusal = signal<string | null>(null);

export const dialogue = computed(() => single(shared.value, "dialogue"));

/** The server's clock, fresh four times a second so that every countdown jumps together. */
export const now = signal(Date.now());

/**
 * `keeps`: what was not sent yet survives a reload, for those who write cards. `inMain`: the page's own
 * words come in the evening's main language too, because the whole hall reads them.
 */
export function joinDialogue({ keeps = false, inMain = false } = {}) {
  startPage();
  line.value = connect({
    code,
    auth: { link: linkId },
    onRefused: (reason) => (refusal.value = reason),
    ...(keeps ? { keep: `${code}.${linkId}` } : {}),
  });
  setInterval(() => (now.value = line.value?.serverNow() ?? Date.now()), 250);
  effect(() => {
    const known = dialogue.value;
    if (!known) return;
    mainLanguage.value = known.languages[0] ?? "de";
    if (inMain && isOurs(mainLanguage.value)) language.value = mainLanguage.value;
    document.title = `${known.title[mainLanguage.value] ?? ""} · Dialogtisch`;
  });
}

export async function send(name: string, fields: Record<string, unknown>): Promise<Answer> {
  if (!line.value) return { ok: false, error: "unavailable", reason: "offline" };
  return line.value.send(name, fields);
}

export function forget(id: string) {
  line.value?.forget(id);
}
