/** The table host's page: one table, on a tablet or a phone. */
import { render } from "preact";
import { joinDialogue } from "../../staff/line.ts";
import { Host } from "./Host.tsx";

joinDialogue({ keeps: true });
render(<Host />, document.getElementById("app")!);
