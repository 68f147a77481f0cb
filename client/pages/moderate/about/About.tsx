/** What the evening is called, what it is for, what becomes of it, and in which languages. */
import { signal } from "@preact/signals";
import type { Texts } from "../../../connection/index.ts";
import { dialogue, send } from "../../../staff/line.ts";
import { FormFoot } from "../../../staff/FormFoot.tsx";
import { useOrder } from "../../../staff/order.ts";
import { TextsField } from "../../../staff/TextsField.tsx";
import { useWish } from "../../../staff/wish.ts";
import { say, sayLanguage } from "../../../staff/words.ts";
import { languageNames } from "../../../texts/index.ts";

/** What was written and not saved yet; it outlives a change of section. */
const draft = signal<{ title?: Texts; goal?: Texts; afterwards?: Texts }>({});

export function About() {
  const about = dialogue.value!;
  const { state, give } = useOrder();
  const { title = about.title, goal = about.goal, afterwards = about.afterwards } = draft.value;
  const change = (texts: typeof draft.value) => (draft.value = { ...draft.value, ...texts });
  const save = async (event: Event) => {
    event.preventDefault();
    const sent = draft.value;
    const saved = await give("DescribeDialogue", { title, goal, afterwards });
    if (saved && draft.value === sent) draft.value = {};
  };
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("about.title")}</h2>
        <p class="soft">{say("about.hint")}</p>
      </div>
      <OfferedLanguages />
      <form class="sheet" onSubmit={save}>
        <TextsField label={say("about.name")} texts={title} onChange={(texts) => change({ title: texts })} />
        <TextsField
          label={say("about.goal")}
          texts={goal}
          onChange={(texts) => change({ goal: texts })}
          most={1500}
          needed={false}
          long
        />
        <TextsField
          label={say("about.afterwards")}
          texts={afterwards}
          onChange={(texts) => change({ afterwards: texts })}
          most={1500}
          needed={false}
          long
        />
        {Object.keys(draft.value).length > 0 && <p class="soft">{say("draft.unsaved")}</p>}
        <FormFoot state={state} />
      </form>
    </section>
  );
}

function OfferedLanguages() {
  const [offered, offer] = useWish(dialogue.value!.languages, (languages) => send("OfferLanguages", { languages }));
  const toggle = (language: string) =>
    offer(offered.includes(language) ? offered.filter((one) => one !== language) : [...offered, language]);
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
