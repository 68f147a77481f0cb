/** One printed page: which table, which topic, how to get in. Read from a chair away, in any language. */
import type { Table } from "../../connection/index.ts";
import { Icon } from "../../design/icons.tsx";
import { topicOf } from "../../staff/evening.ts";
import { dialogue } from "../../staff/line.ts";
import { code, publicHost } from "../../staff/page.ts";
import { Mark } from "../../staff/Mark.tsx";
import { inMain, say, shownCode } from "../../staff/words.ts";
import { directionOf } from "../../texts/index.ts";
import { drawings, guide } from "./steps.ts";

export function TableCard({ table }: { table: Table }) {
  const { languages, title, rehearsal } = dialogue.value!;
  const topic = topicOf(table.number);
  const main = inMain(title);
  return (
    <article class="page">
      <header class="page-head">
        <p class="page-table">
          <span class="page-words">
            {languages.map((language) => (
              <span key={language} lang={language} dir={directionOf(language)}>
                {guide(language).table}
              </span>
            ))}
          </span>
          <strong>{table.number}</strong>
        </p>
        <div class="page-topic">
          {topic &&
            languages
              .filter((language) => topic.title[language])
              .map((language, place) => (
                <p key={language} class={place === 0 ? "is-first" : ""} lang={language} dir={directionOf(language)}>
                  {topic.title[language]}
                </p>
              ))}
        </div>
      </header>
      <div class="page-join">
        <img class="page-qr" src={`/api/dialogues/${code}/qr.svg?table=${table.number}`} alt={say("access.qr")} />
        <p class="page-or">
          {languages.map((language) => (
            <span key={language} lang={language} dir={directionOf(language)}>
              {guide(language).orType}
            </span>
          ))}
        </p>
        <p class="page-address">
          <bdi dir="ltr">{publicHost}</bdi>
        </p>
        <p class="page-code code">{shownCode(code)}</p>
      </div>
      <Steps languages={languages} />
      <footer class="page-foot">
        <Mark />
        <span lang={main.lang} dir={main.dir}>
          {main.text}
        </span>
        {rehearsal && <strong>{say("rehearsal.band")}</strong>}
      </footer>
    </article>
  );
}

function Steps({ languages }: { languages: string[] }) {
  return (
    <div class="page-steps">
      {languages.map((language) => (
        <ol key={language} lang={language} dir={directionOf(language)}>
          {guide(language).steps.map((step, place) => (
            <li key={step}>
              <Icon name={drawings[place]!} />
              <span>{step}</span>
            </li>
          ))}
          <li class="page-promise">{guide(language).promise}</li>
        </ol>
      ))}
    </div>
  );
}
