/** The usual reasons for hiding a card: the moderator taps one, its author reads it in their own language. */
import { languages } from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";

const usual = [
  "hidden_usual_names",
  "hidden_usual_insult",
  "hidden_usual_twice",
  "hidden_usual_offtopic",
] as const;

/** A usual reason, whichever language it was given in, in the reader's; any other one as it was written. */
export function inOwnLanguage(reason: string): string {
  const found = usual.find((key) => languages.some((spoken) => t(key, {}, spoken) === reason));
  return found ? t(found) : reason;
}
