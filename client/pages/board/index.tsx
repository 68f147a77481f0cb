/** The wall: read at eight metres, controlled from nowhere, follows the evening by itself. */
import { render } from "preact";
import { joinDialogue } from "../../staff/line.ts";
import { Board } from "./Board.tsx";
import { listenToKeys } from "./keys.ts";
import { beginBeat } from "./beat.ts";
import { applyLook, curtain } from "./screen.ts";

joinDialogue({ inMain: true });
applyLook();
curtain.subscribe(() => beginBeat());
listenToKeys();
render(<Board />, document.getElementById("app")!);
