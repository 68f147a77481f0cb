/** What the evening is called, what it is for, what becomes of it, and in which languages. */
import { useState } from "preact/hooks";
import { dialogue, send } from "../../../staff/line.ts";
import { FormFoot } from "../../../staff/FormFoot.tsx";
import { useOrder } from "../../../staff/order.ts";
import { TextsField } from "../../../staff/TextsField.tsx";
import { say, sayLanguage } from "../../../staff/words.ts";
import { languageNames } from "../../../texts/index.ts";

export function About() {
  const about = dialogue.value!;
  const { state, give } = useOrder();
  const [title, setTitle] = useState(about.title);
  const [goal, setGoal] = useState(about.goal);
  const [afterwards, setAfterwards] = useState(about.afterwards);
  const save = (event: Event) => {
    event.preventDefault();
    void give("DescribeDialogue", { title, goal, afterwards });
  };
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("about.title")}</h2>
        <p class="soft">{say("about.hint")}</p>
      </div>
      <OfferedLanguages />
      <form class="sheet" onSubmit={save}>
        <TextsField label={say("about.name")} texts={title} onChange={setTitle} />
        <TextsField label={say("about.goal")} texts={goal} onChange={setGoal} most={1500} needed={false} long />
        <TextsField
          label={say("about.afterwards")}
          texts={afterwards}
          onChange={setAfterwards}
          most={1500}
          needed={false}
          long
        />
        <FormFoot state={state} />
      </form>
    </section>
  );
}

function OfferedLanguages() {
  const offered = dialogue.value!.languages;
  const toggle = (language: string) =>
    send("OfferLanguages", {
      languages: offered.includes(language) ? offered.filter((one) => one !== language) : [...offered, language],
    });
  return (
    <fieldset class="sheet">
      <legend class="only-read">{say("about.languages")}</legend>
      <h3 aria-hidden="true">{say("about.languages")}</h3>
      <div class="choices">
        {Object.keys(languageNames).map((language) => (
          <label key={language} class={offered.includes(language) ? "choice is-chosen" : "choice"}>
            <input
              type="checkbox"
              checked={offered.includes(language)}
              disabled={language === offered[0]}
              onChange={() => toggle(language)}
            />
            {sayLanguage(language)}
            {language === offered[0] && <span class="soft small">({say("about.main_language")})</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
