/** The moderator's page: one evening, from planning to results. */
import { render } from "preact";
import { joinDialogue } from "../../staff/line.ts";
import { Cockpit } from "./Cockpit.tsx";

joinDialogue();
render(<Cockpit />, document.getElementById("app")!);
