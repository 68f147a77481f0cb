/** The moderator's page: one evening, from planning to results. */
import { render } from "preact";
import { askWhetherToErase } from "../../staff/erasing.ts";
import { joinDialogue } from "../../staff/line.ts";
import { code } from "../../staff/page.ts";
import { Cockpit } from "./Cockpit.tsx";

joinDialogue();
void askWhetherToErase(code);
render(<Cockpit />, document.getElementById("app")!);
