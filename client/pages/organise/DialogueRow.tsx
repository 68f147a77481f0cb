import { Icon } from "../../design/icons.tsx";
import { InMain } from "../../staff/InMain.tsx";
import { say, shownCode } from "../../staff/words.ts";
import { locale } from "../../texts/index.ts";
import { moment, type ListedDialogue } from "./dialogues.ts";

export function DialogueRow({ dialogue }: { dialogue: ListedDialogue }) {
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
    </li>
  );
}

function day(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "short" }).format(ms);
}
