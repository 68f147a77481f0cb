/** Title, template, languages, tables: enough to begin; everything can be changed later. */
import { useId, useState } from "preact/hooks";
import { Choices } from "../../staff/Choices.tsx";
import { Dialog } from "../../staff/Dialog.tsx";
import { FormFoot } from "../../staff/FormFoot.tsx";
import { NumberField } from "../../staff/NumberField.tsx";
import type { OrderState } from "../../staff/OrderStatus.tsx";
import { say, sayLanguage } from "../../staff/words.ts";
import { directionOf, languages } from "../../texts/index.ts";
import { create, type NewDialogue } from "./dialogues.ts";

const MOST_TABLES = 60;

export function NewDialogueForm({ onClose }: { onClose: () => void }) {
  const [state, setState] = useState<OrderState>({ stage: "none" });
  const [template, setTemplate] = useState<NewDialogue["template"]>("zukunftswerkstatt");
  const [title, setTitle] = useState("");
  const [main, setMain] = useState<string>("de");
  const [others, setOthers] = useState<string[]>(["en", "ar"]);
  const [tables, setTables] = useState(6);
  const id = useId();

  const submit = async (event: Event) => {
    event.preventDefault();
    setState({ stage: "waiting" });
    const spoken = [main, ...languages.filter((one) => one !== main && others.includes(one))];
    const reply = await create({ template, title: { [main]: title.trim() }, languages: spoken, tables });
    if (reply.ok) location.assign(reply.moderator_link);
    else setState({ stage: "refused", reason: reply.reason });
  };

  return (
    <Dialog title={say("organise.form_title")} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <div class="field">
          <label for={id}>{say("organise.form_name")}</label>
          <input
            id={id}
            class="input"
            lang={main}
            dir={directionOf(main)}
            required
            maxLength={200}
            value={title}
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
          <p class="field-hint">{say("organise.form_name_hint")}</p>
        </div>
        <Choices
          legend={say("organise.form_template")}
          chosen={template}
          onChange={setTemplate}
          choices={(["zukunftswerkstatt", "blank"] as const).map((value) => ({
            value,
            label: say(`organise.template_${value}`),
            hint: say(`organise.template_${value}_hint`),
          }))}
        />
        <NumberField
          label={say("organise.form_tables")}
          hint={say("organise.form_tables_hint")}
          value={tables}
          onChange={setTables}
          most={MOST_TABLES}
        />
        <Choices
          legend={say("organise.form_main_language")}
          chosen={main}
          onChange={setMain}
          choices={languages.map((value) => ({ value, label: sayLanguage(value) }))}
        />
        <FurtherLanguages main={main} chosen={others} onChange={setOthers} />
        <FormFoot state={state} onClose={onClose} act={say("organise.form_create")} />
      </form>
    </Dialog>
  );
}

interface Further {
  main: string;
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

function FurtherLanguages({ main, chosen, onChange }: Further) {
  const toggle = (one: string) =>
    onChange(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one]);
  return (
    <fieldset class="field">
      <legend class="label">{say("organise.form_languages")}</legend>
      <div class="choices">
        {languages
          .filter((one) => one !== main)
          .map((one) => (
            <label key={one} class={chosen.includes(one) ? "choice is-chosen" : "choice"}>
              <input type="checkbox" checked={chosen.includes(one)} onChange={() => toggle(one)} />
              {sayLanguage(one)}
            </label>
          ))}
      </div>
    </fieldset>
  );
}
