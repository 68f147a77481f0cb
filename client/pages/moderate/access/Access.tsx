/** Who gets in and how: the hall by QR code, the team by personal links. */
import { say } from "../../../staff/words.ts";
import { JoinSheet } from "./JoinSheet.tsx";
import { Links } from "./Links.tsx";

export function Access() {
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("access.title")}</h2>
      </div>
      <JoinSheet />
      <Links />
    </section>
  );
}
