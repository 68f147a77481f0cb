/** Table cards to print: one page per table, with its QR code and how to take part. */
import { render } from "preact";
import { joinDialogue } from "../../staff/line.ts";
import { Print } from "./Print.tsx";

joinDialogue();
render(<Print />, document.getElementById("app")!);
