/** Before anything is open: what this evening is, what it is for, and how to come in; in turns. */
import type { Texts } from "../../connection/index.ts";
import { dialogue } from "../../staff/line.ts";
import { mainLanguage, say, type Key } from "../../staff/words.ts";
import { directionOf, isOurs } from "../../texts/index.ts";
import { beat } from "./beat.ts";
import { furtherLanguages, Question } from "./Head.tsx";

export function Welcome() {
  const { title, goal, afterwards } = dialogue.value!;
  const spoken = [mainLanguage.value, ...furtherLanguages()].filter(isOurs);
  const language = spoken[beat.value % Math.max(1, spoken.length)] ?? mainLanguage.value;
  return (
    <section class="welcome">
      <header class="board-head">
        <p class="board-label">
          <strong>{say("board.welcome")}</strong>
        </p>
        <Question texts={title} />
      </header>
      <div class="welcome-turn" key={language} lang={language} dir={directionOf(language)}>
        <Why title="board.goal" texts={goal} language={language} />
        <Why title="board.afterwards" texts={afterwards} language={language} />
        <p class="welcome-how">{say("board.welcome_how", {}, language)}</p>
      </div>
    </section>
  );
}

/** What nobody has translated stays in the main language, rather than leaving the wall for a turn. */
function Why({ title, texts, language }: { title: Key; texts: Texts; language: string }) {
  const written = [language, mainLanguage.value, ...Object.keys(texts)].find((one) => texts[one]);
  if (!written) return null;
  return (
    <div class="welcome-why" lang={written} dir={directionOf(written)}>
      <h2>{say(title, {}, isOurs(written) ? written : language)}</h2>
      <p>{texts[written]}</p>
    </div>
  );
}
