/** The door for staff: trades the secret behind the # for a cookie, and leaves no trace of it. */
import { render } from "preact";
import { startPage } from "../../staff/page.ts";
import { Enter } from "./Enter.tsx";

// First of all: the secret leaves the address bar before anybody can read it off the projector.
const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname + location.search);

startPage();
render(<Enter secret={secret} />, document.getElementById("app")!);
