/** The wall as a whole: what is asked on top, what people said below, how to join at the side. */
import { BeforeDialogue, RehearsalBand } from "../../staff/bands.tsx";
import { Icon } from "../../design/icons.tsx";
import { dialogue, lineState, refusal } from "../../staff/line.ts";
import { AllTables } from "./AllTables.tsx";
import { BallotScene } from "./BallotScene.tsx";
import { Controls } from "./Controls.tsx";
import { furtherLanguages, Head } from "./Head.tsx";
import { OneTable } from "./OneTable.tsx";
import { scene, type Scene } from "./screen.ts";
import { Side } from "./Side.tsx";
import { Welcome } from "./Welcome.tsx";
import { say } from "../../staff/words.ts";
import { directionOf, isOurs } from "../../texts/index.ts";

export function Board() {
  if (!dialogue.value || refusal.value) return <BeforeDialogue />;
  return (
    <div class="board" data-scene={scene.value.name}>
      <RehearsalBand />
      <NotLive />
      <div class="board-body">
        <main class="board-main">
          <Head />
          <Stage scene={scene.value} />
        </main>
        <Side />
      </div>
      <Controls />
    </div>
  );
}

/** A wall that hears nothing stays as it is, and must not pass for the evening as it is now. */
function NotLive() {
  const lost = lineState.value === "waiting";
  return (
    <div role="status">
      {lost && (
        <p class="band board-not-live" data-tone="warn">
          <Icon name="offline" />
          <strong>{say("board.not_live")}</strong>
          {furtherLanguages().filter(isOurs).map((language) => (
            <span key={language} lang={language} dir={directionOf(language)}>
              {say("board.not_live", {}, language)}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Stage({ scene }: { scene: Scene }) {
  switch (scene.name) {
    case "welcome":
      return <Welcome />;
    case "all":
      return <AllTables />;
    case "table":
      return <OneTable table={scene.table} />;
    case "ballot":
      return <BallotScene id={scene.ballot} />;
    case "waiting":
      return <p class="board-nothing">{say("board.no_ballot")}</p>;
  }
}
