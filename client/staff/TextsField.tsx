/** One text in several languages: the main one first, the translations behind a fold. */
import { useId } from "preact/hooks";
import type { Texts } from "../connection/index.ts";
import { directionOf } from "../texts/index.ts";
import { dialogue } from "./line.ts";
import { say, sayLanguage } from "./words.ts";

interface Props {
  label: string;
  texts: Texts;
  onChange: (texts: Texts) => void;
  most?: number;
  long?: boolean;
  needed?: boolean;
  hint?: string;
}

export function TextsField(props: Props) {
  const [main = "de", ...others] = dialogue.value?.languages ?? [];
  const missing = others.filter((language) => !props.texts[language]?.trim()).length;
  return (
    <div class="field">
      <OneLanguage {...props} language={main} label={props.label} />
      {props.hint && <p class="field-hint">{props.hint}</p>}
      {others.length > 0 && (
        <details class="translations">
          <summary>
            {say("texts.translations")}
            {missing > 0 && <span class="soft small"> · {say("texts.translations_missing", { n: missing })}</span>}
          </summary>
          <div class="stack is-close">
            {others.map((language) => (
              <OneLanguage
                {...props}
                key={language}
                language={language}
                needed={false}
                label={say("texts.main", { label: props.label, language: sayLanguage(language) })}
              />
            ))}
            <p class="field-hint">{say("texts.translations_hint")}</p>
          </div>
        </details>
      )}
    </div>
  );
}

function OneLanguage(props: Props & { language: string }) {
  const { language, texts, long, most = 200, needed = true } = props;
  const id = useId();
  const attributes = {
    id,
    class: long ? "input is-low" : "input",
    lang: language,
    dir: directionOf(language),
    maxLength: most,
    required: needed,
    value: texts[language] ?? "",
    onInput: (event: Event) =>
      props.onChange({ ...texts, [language]: (event.currentTarget as HTMLInputElement).value }),
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {long ? <textarea {...attributes} /> : <input type="text" autocomplete="off" {...attributes} />}
    </div>
  );
}
