import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

type Entry = string | Record<string, string>;
const folder = join(import.meta.dirname, "..");
const read = (file: string): Record<string, Entry> =>
  JSON.parse(readFileSync(join(folder, "texts", file), "utf8"));

const catalogues = Object.fromEntries(["de", "en", "ar"].map((spoken) => [spoken, read(`${spoken}.json`)]));
const keys = (spoken: string) =>
  Object.keys(catalogues[spoken] ?? {}).filter((key) => !key.startsWith("_")).sort();
const forms = (entry: Entry | undefined) => (typeof entry === "string" ? [entry] : Object.values(entry ?? {}));
const blanks = (entry: Entry | undefined) =>
  [...new Set(forms(entry).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

for (const spoken of ["en", "ar"]) {
  test(`${spoken} says everything that German says`, () => {
    assert.deepEqual(keys(spoken), keys("de"));
  });

  test(`${spoken} fills in the same things as German`, () => {
    for (const key of keys("de")) {
      assert.deepEqual(blanks(catalogues[spoken]?.[key]), blanks(catalogues.de?.[key]), key);
    }
  });
}

for (const [spoken, catalogue] of Object.entries(catalogues)) {
  test(`${spoken} has a text for every plural form of the language`, () => {
    const needed = new Intl.PluralRules(spoken).resolvedOptions().pluralCategories.sort();
    for (const [key, entry] of Object.entries(catalogue)) {
      if (typeof entry !== "string") assert.deepEqual(Object.keys(entry).sort(), needed, key);
    }
  });
}

test("the Arabic says that it awaits a native reader", () => {
  assert.equal(catalogues.ar?._status, "awaiting a native reader");
});

test("the phone knows the moderator's usual reasons by their very words", () => {
  for (const [spoken, catalogue] of Object.entries(catalogues)) {
    const staff = read(`staff.${spoken}.json`);
    for (const why of ["names", "insult", "twice", "offtopic"]) {
      assert.equal(catalogue[`hidden_usual_${why}`], staff[`cards.reason_${why}`], `${spoken} ${why}`);
    }
  }
});

/** t("key"), t(`key_${...}`) in the sources of the phone. */
function usedKeys(): string[] {
  const sources = ["pages/phone", "pages/start", "texts"].flatMap((place) =>
    readdirSync(join(folder, place))
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => readFileSync(join(folder, place, file), "utf8")),
  );
  return sources.flatMap((source) => [...source.matchAll(/["`]([a-z]+_?[a-z_]*)(?:["`]|\$\{)/g)].map((found) => found[1] ?? ""));
}

test("no text lies in the catalogue that nobody says", () => {
  const used = usedKeys();
  const isUsed = (key: string) => used.some((one) => one === key || (one.endsWith("_") && key.startsWith(one)));
  assert.deepEqual(keys("de").filter((key) => !isUsed(key)), []);
});
