/** The language of this page: what <html> says, how numbers and times read, what comes first. */
import { computed, effect, signal } from "@preact/signals";

export const languageNames = { de: "Deutsch", en: "English", ar: "العربية" } as const;
export type Language = keyof typeof languageNames;
export const languages = Object.keys(languageNames) as Language[];

const rightToLeft = new Set(["ar", "fa", "prs", "ku", "ps", "ur", "he"]);

export const language = signal<Language>("de");
export const direction = computed(() => directionOf(language.value));

export function directionOf(spoken: string): "rtl" | "ltr" {
  return rightToLeft.has(spoken) ? "rtl" : "ltr";
}

export function isOurs(spoken: string | null | undefined): spoken is Language {
  return !!spoken && spoken in languageNames;
}

/** The first language of ours that the browser asks for. */
export function browserLanguage(): Language {
  const asked = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return asked.find(isOurs) ?? "de";
}

/** Keeps <html lang dir> true to `language`; call once per page. */
export function speakOnPage() {
  effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dir = direction.value;
  });
}

/**
 * Formats always name calendar and digits. Latin digits in every language: the number on the phone
 * must look like the number printed on the table.
 */
export function locale(spoken: string = language.value): string {
  return `${spoken}-u-ca-gregory-nu-latn`;
}

export function formatNumber(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}

/** "14:05" */
export function formatTime(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hour12: false }).format(ms);
}
