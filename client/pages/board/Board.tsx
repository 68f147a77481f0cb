/** The wall as a whole: what is asked on top, what people said below, how to join at the side. */
import { BeforeDialogue, RehearsalBand } from "../../staff/bands.tsx";
import { dialogue, refusal } from "../../staff/line.ts";
import { AllTables } from "./AllTables.tsx";
import { BallotScene } from "./BallotScene.tsx";
import { Controls } from "./Controls.tsx";
import { Head } from "./Head.tsx";
import { OneTable } from "./OneTable.tsx";
import { scene, type Scene } from "./screen.ts";
import { Side } from "./Side.tsx";
import { Welcome } from "./Welcome.tsx";
import { say } from "../../staff/words.ts";

export function Board() {
  if (!dialogue.value || refusal.value) return <BeforeDialogue />;
  return (
    <div class="board" data-scene={scene.value.name}>
      <RehearsalBand />
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
