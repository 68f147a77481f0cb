/** Before anything is open: what this evening is, what it is for, and how to come in. */
import { InMain } from "../../staff/InMain.tsx";
import { dialogue } from "../../staff/line.ts";
import { say } from "../../staff/words.ts";
import { Question } from "./Head.tsx";

export function Welcome() {
  const { title, goal, afterwards } = dialogue.value!;
  return (
    <section class="welcome">
      <p class="board-label">
        <strong>{say("board.welcome")}</strong>
      </p>
      <Question texts={title} />
      {Object.keys(goal).length > 0 && (
        <div class="welcome-why">
          <h2>{say("board.goal")}</h2>
          <InMain as="p" of={goal} />
        </div>
      )}
      {Object.keys(afterwards).length > 0 && (
        <div class="welcome-why">
          <h2>{say("board.afterwards")}</h2>
          <InMain as="p" of={afterwards} />
        </div>
      )}
      <p class="welcome-how">{say("board.welcome_how")}</p>
    </section>
  );
}
