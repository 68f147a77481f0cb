/** The staff's own words, in German or English; what the evening says comes in its main language. */
import { signal } from "@preact/signals";
import type { Kind, Texts } from "../connection/index.ts";
import { browserLanguage, directionOf, language, translator } from "../texts/index.ts";
import ar from "../texts/staff.ar.json";
import de from "../texts/staff.de.json";
import en from "../texts/staff.en.json";

export { shownCode } from "../texts/shown-code.ts";

export type Key = keyof typeof de;

/** The Arabic catalogue holds what stands on the wall, no more: staff pages speak German or English. */
export const say = translator({ de, en, ar });

/** Staff pages speak German unless the browser asks for English first. */
export function chooseStaffLanguage() {
  const chosen = remembered() ?? browserLanguage();
  language.value = chosen === "en" ? "en" : "de";
}

export function speakStaffLanguage(spoken: "de" | "en") {
  language.value = spoken;
  try {
    localStorage.setItem("dialogtisch.staff.language", spoken);
  } catch {
    // Only this page remembers it then.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem("dialogtisch.staff.language");
  } catch {
    return null;
  }
}

/** A reason of the server in words; an unknown one is at least named. */
export function sayReason(reason: string): string {
  const key = `reason.${reason}`;
  return key in de ? say(key as Key) : say("reason.unknown", { reason });
}

export function sayKind(kind: Kind): string {
  return say(`kind.${kind}`);
}

/** The languages of an evening in the staff's own words; a new one is named by the browser. */
export function sayLanguage(spoken: string): string {
  const key = `language.${spoken}`;
  if (key in de) return say(key as Key);
  return new Intl.DisplayNames([language.value], { type: "language" }).of(spoken) ?? spoken;
}

/** The evening's main language; pages set it as soon as they know the dialogue. */
export const mainLanguage = signal("de");

/** The text as the wall says it, and what `lang` and `dir` it carries. */
export function inMain(texts: Texts): { text: string; lang: string; dir: "ltr" | "rtl" } {
  const spoken = [mainLanguage.value, ...Object.keys(texts)].find((one) => texts[one]);
  const lang = spoken ?? mainLanguage.value;
  return { text: texts[lang] ?? "", lang, dir: directionOf(lang) };
}

/** 12:05, or 1:02:05; never negative. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
