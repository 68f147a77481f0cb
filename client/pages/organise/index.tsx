/** The organiser's page: every dialogue of this installation, and a new one. */
import { render } from "preact";
import { startPage } from "../../staff/page.ts";
import { Organise } from "./Organise.tsx";

startPage();
document.title = "Dialogtisch";
render(<Organise />, document.getElementById("app")!);
