/** German or English for the staff's own words; what the evening says is not touched. */
import { language } from "../texts/index.ts";
import { speakStaffLanguage } from "./words.ts";

export function LanguageSwitch() {
  const other = language.value === "de" ? "en" : "de";
  return (
    <button type="button" class="button is-quiet is-small" lang={other} onClick={() => speakStaffLanguage(other)}>
      {other === "en" ? "English" : "Deutsch"}
    </button>
  );
}
