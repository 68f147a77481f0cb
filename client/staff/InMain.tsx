/** What the evening says, in its main language, with the language and direction it is in. */
import type { Texts } from "../connection/index.ts";
import { inMain } from "./words.ts";

type Place = "span" | "p" | "h1" | "h2" | "h3" | "h4" | "strong";

export function InMain({ of, as: Tag = "span", ...rest }: { of: Texts; as?: Place; class?: string }) {
  const { text, lang, dir } = inMain(of);
  return (
    <Tag class={rest.class} lang={lang} dir={dir}>
      {text}
    </Tag>
  );
}
