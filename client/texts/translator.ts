/**
 * Our own words. A catalogue maps a key to a text, or to one text per CLDR plural form, chosen by
 * `n`; {name} is filled in. A page makes its own:  const t = translator({ de, en });  t("saved").
 */
import { formatNumber, language, locale } from "./language.ts";

export type Entry = string | { readonly [plural: string]: string };
export type Catalogue = { readonly [key: string]: Entry };
type Filling = Record<string, string | number>;

/**
 * German is the language every catalogue has: a key missing elsewhere falls back to it. The wall says
 * some things in several languages at once and names the one it wants as `spoken`.
 */
export function translator<German extends Catalogue>(
  catalogues: { de: German } & { readonly [language: string]: Catalogue },
) {
  return (key: keyof German & string, filling: Filling = {}, spoken: string = language.value): string => {
    const own = catalogues[spoken]?.[key];
    const entry = own ?? catalogues.de[key] ?? key;
    return fill(inNumber(entry, filling.n, own === undefined ? "de" : spoken), filling);
  };
}

function inNumber(entry: Entry, n: string | number | undefined, spoken: string): string {
  if (typeof entry === "string") return entry;
  const form = new Intl.PluralRules(locale(spoken)).select(Number(n));
  return entry[form] ?? entry.other ?? "";
}

function fill(text: string, filling: Filling): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const filled = filling[name];
    if (filled === undefined) return whole;
    // Text from elsewhere is isolated: a German title must not turn an Arabic sentence round.
    return typeof filled === "number" ? formatNumber(filled) : `\u2068${filled}\u2069`;
  });
}
