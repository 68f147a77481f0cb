import { useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { InMain } from "../../staff/InMain.tsx";
import { inMain, say, shownCode, type Key } from "../../staff/words.ts";
import { locale } from "../../texts/index.ts";
import { EraseDialogueDialog } from "./EraseDialogueDialog.tsx";
import { moment, type ListedDialogue } from "./dialogues.ts";

export function DialogueRow({ dialogue }: { dialogue: ListedDialogue }) {
  const [erasing, setErasing] = useState(false);
  if (dialogue.erased) return <ErasedRow code={dialogue.code} erased={dialogue.erased} />;
  if (dialogue.other_program || dialogue.broken || dialogue.away) return <ClosedRow dialogue={dialogue} />;
  return (
    <li class="sheet dialogue-row">
      <div class="dialogue-what">
        <div class="row">
          <InMain as="h2" of={dialogue.title} />
          {dialogue.rehearsal && <span class="chip is-rehearsal">{say("organise.rehearsal")}</span>}
        </div>
        <p class="soft row">
          <span class="code">{shownCode(dialogue.code)}</span>
          <span>{say("organise.created", { date: day(moment(dialogue)) })}</span>
        </p>
      </div>
      <p class="dialogue-numbers">
        <span>{say("count.people", { n: dialogue.joined })}</span>
        <span>{say("count.cards", { n: dialogue.cards })}</span>
      </p>
      <a class="button" href={dialogue.moderator_link}>
        {say("organise.open")}
        <Icon name="forward" directed />
      </a>
      <button type="button" class="button is-quiet is-small is-risky" onClick={() => setErasing(true)}>
        <Icon name="bin" />
        {say("erase.evening_ask")}
      </button>
      {erasing && (
        <EraseDialogueDialog
          dialogue={dialogue}
          title={inMain(dialogue.title).text}
          onClose={() => setErasing(false)}
        />
      )}
    </li>
  );
}

/** The trace that stays. */
function ErasedRow({ code, erased }: { code: string; erased: { at: number; because: string } }) {
  return (
    <li class="sheet dialogue-row">
      <p class="soft row">
        <span class="code">{shownCode(code)}</span>
        <span>{say("erase.evening_erased", { date: day(erased.at) })}</span>
        <bdi>{erased.because}</bdi>
      </p>
    </li>
  );
}

/** The others go on; only whoever runs the server can do something about this one. */
function ClosedRow({ dialogue }: { dialogue: ListedDialogue }) {
  return (
    <li class="sheet dialogue-row">
      <p class="row">
        <Icon name="warning" />
        <span class="code">{shownCode(dialogue.code)}</span>
        <span>{say(whyClosed(dialogue))}</span>
        {dialogue.repair && <code dir="ltr">{dialogue.repair}</code>}
      </p>
    </li>
  );
}

function whyClosed({ other_program, away, repair }: ListedDialogue): Key {
  if (other_program) return "organise.other_program";
  if (away) return "organise.away";
  return repair ? "organise.broken" : "organise.broken_elsewhere";
}

function day(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "short" }).format(ms);
}
