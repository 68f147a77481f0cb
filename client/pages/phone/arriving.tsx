/** The way in: language, goal, table. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { Authored, directionOf, formatNumber, isOurs, languageNames, languages } from "../../texts/index.ts";
import { t } from "../../texts/phone.ts";
import {
  answerScannedTable,
  chooseLanguage,
  dialogue,
  mainLanguage,
  me,
  scannedTable,
  tables,
  takeTable,
  topicOf,
} from "./evening.ts";
import { Heading } from "./heading.tsx";

/** No sentence to read: every language names itself in its own script. */
export function LanguageChoice({ onChosen }: { onChosen?: () => void }) {
  const offered = dialogue.value ? dialogue.value.languages.filter(isOurs) : languages;
  return (
    <main class="screen is-centred">
      <div class="languages-head">
        <Icon name="language" />
        {dialogue.value ? (
          <Heading class="languages-title">
            <Authored of={dialogue.value.title} main={mainLanguage.value} />
          </Heading>
        ) : (
          <Heading class="only-read">Deutsch / English / العربية</Heading>
        )}
      </div>
      <ul class="languages">
        {offered.map((spoken) => (
          <li key={spoken}>
            <button
              class="button language-button"
              lang={spoken}
              dir={directionOf(spoken)}
              onClick={() => {
                chooseLanguage(spoken);
                onChosen?.();
              }}
            >
              {languageNames[spoken]}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}

export function GoalCard({ onDone, isFirst }: { onDone: () => void; isFirst: boolean }) {
  const here = dialogue.value;
  if (!here) return null;
  return (
    <main class="screen">
      <p class="eyebrow">
        <Authored of={here.title} main={mainLanguage.value} />
      </p>
      <Heading>{t("goal_title")}</Heading>
      <Authored as="p" class="lead" of={here.goal} main={mainLanguage.value} />
      <Afterwards />
      <p class="privacy">
        <Icon name="people" />
        <span>{t("privacy")}</span>
      </p>
      <div class="screen-foot">
        <button class="button is-main is-large is-wide" onClick={onDone}>
          {isFirst ? t("continue") : t("back")}
          {isFirst && <Icon name="forward" directed />}
        </button>
      </div>
    </main>
  );
}

/** The question every evening is judged by: what happens with the results. */
export function Afterwards() {
  const afterwards = dialogue.value?.afterwards;
  if (!afterwards || !Object.keys(afterwards).length) return null;
  return (
    <section class="afterwards">
      <h2>{t("afterwards_title")}</h2>
      <Authored as="p" of={afterwards} main={mainLanguage.value} />
    </section>
  );
}

export function TableChoice({ onDone }: { onDone: () => void }) {
  const present = me.value.table;
  const known = tables.value.map((table) => table.number);
  const scanned = scannedTable.value;
  const [picked, pick] = useState(scanned ?? present);
  const chosen = picked !== null && known.includes(picked) ? picked : null;

  function sit(table: number) {
    takeTable(table);
    onDone();
  }
  function stay() {
    answerScannedTable();
    onDone();
  }
  return (
    <main class="screen">
      <Heading>{t("table_title")}</Heading>
      <p class="soft">{known.length ? t("table_hint") : t("no_tables")}</p>
      <div class="tables" role="radiogroup" aria-label={t("table_title")}>
        {known.map((number) => (
          <TableTile key={number} number={number} isChosen={number === chosen} onPick={() => pick(number)} />
        ))}
      </div>
      <div class="screen-foot">
        {chosen !== null && chosen !== present && (
          <button class="button is-main is-large is-wide" onClick={() => sit(chosen)}>
            {t("take_table", { n: chosen })}
          </button>
        )}
        {present !== null && (
          <button
            class={chosen === present ? "button is-main is-large is-wide" : "button is-quiet is-wide"}
            onClick={stay}
          >
            {t("stay_at_table", { n: present })}
          </button>
        )}
      </div>
    </main>
  );
}

function TableTile({ number, isChosen, onPick }: { number: number; isChosen: boolean; onPick: () => void }) {
  const topic = topicOf(number);
  const tile = useRef<HTMLLabelElement>(null);
  useEffect(() => {
    if (isChosen) tile.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <label ref={tile} class={isChosen ? "table-tile is-chosen" : "table-tile"}>
      <input class="only-read" type="radio" name="table" checked={isChosen} onChange={onPick} />
      <span class="only-read">{t("table_number", { n: number })}</span>
      <span class="table-number" aria-hidden="true">
        {formatNumber(number)}
      </span>
      {topic && <Authored class="table-topic" of={topic.title} main={mainLanguage.value} />}
      {isChosen && <Icon name="check" />}
    </label>
  );
}
