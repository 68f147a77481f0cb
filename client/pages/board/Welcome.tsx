/** Before anything is open: what this evening is, what it is for, and how to come in; in turns. */
import type { Texts } from "../../connection/index.ts";
import { dialogue } from "../../staff/line.ts";
import { say, type Key } from "../../staff/words.ts";
import { directionOf, isOurs } from "../../texts/index.ts";
import { beat } from "./beat.ts";
import { Question } from "./Head.tsx";

export function Welcome() {
  const { title, goal, afterwards, languages } = dialogue.value!;
  const spoken = languages.filter((language) => isOurs(language) && (goal[language] || afterwards[language]));
  const language = spoken[beat.value % Math.max(1, spoken.length)] ?? languages[0] ?? "de";
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

function Why({ title, texts, language }: { title: Key; texts: Texts; language: string }) {
  const text = texts[language];
  if (!text) return null;
  return (
    <div class="welcome-why">
      <h2>{say(title, {}, language)}</h2>
      <p>{text}</p>
    </div>
  );
}
