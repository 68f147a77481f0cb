/**
 * Texts that people wrote. Authored ones (a title, a question) come in several languages and are
 * shown in the reader's, else in the first there is; written ones (a card) stay as they are.
 */
import type { Texts } from "../connection/entries.ts";
import { directionOf, language } from "./language.ts";

type Place = "span" | "p" | "h1" | "h2" | "h3" | "div" | "li" | "strong";

/** The text for the reader, and the language it is in; `main` is the dialogue's first language. */
export function chosenText(texts: Texts, main?: string): { text: string; spoken: string } {
  const wanted = [language.value, main ?? "", ...Object.keys(texts)];
  const spoken = wanted.find((one) => texts[one]) ?? language.value;
  return { text: texts[spoken] ?? "", spoken };
}

/** <Authored of={round.question} main={dialogue.languages[0]} as="h1" /> */
export function Authored(props: { of: Texts; main?: string | undefined; as?: Place; class?: string }) {
  const { of, main, as: Tag = "span" } = props;
  const { text, spoken } = chosenText(of, main);
  return (
    <Tag class={props.class} lang={spoken} dir={directionOf(spoken)}>
      {text}
    </Tag>
  );
}

/** What a participant wrote, in whatever script: <Written text={card.text} /> */
export function Written({ text, as: Tag = "bdi", ...rest }: { text: string; as?: Place | "bdi"; class?: string }) {
  return (
    <Tag class={rest.class} dir="auto">
      {text}
    </Tag>
  );
}
