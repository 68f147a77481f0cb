/** The words of the phone and start pages. */
import ar from "./ar.json";
import de from "./de.json";
import en from "./en.json";
import { translator } from "./translator.ts";

export const t = translator({ de, en, ar });
type PhoneKey = Parameters<typeof t>[0];

/** A refusal in the reader's words; never a raw code. */
export function reasonText(error: string, reason: string): string {
  const keys = [`reason_${reason}`, `reason_${error}`, "reason_other"];
  return t(keys.find((key): key is PhoneKey => key in de) ?? "reason_other");
}
