/** Who gets in and how: the hall by QR code, the team by personal links. */
import { Devices } from "../../../staff/Devices.tsx";
import { code } from "../../../staff/page.ts";
import { say } from "../../../staff/words.ts";
import { addressedLinks } from "./addresses.ts";
import { JoinSheet } from "./JoinSheet.tsx";
import { Links, nameOf } from "./Links.tsx";

export function Access() {
  return (
    <section class="stack room">
      <div class="room-head">
        <h2>{say("access.title")}</h2>
      </div>
      <JoinSheet />
      <Links />
      <Devices path={`/api/dialogues/${code}/devices`} nameOf={nameOfLink} />
    </section>
  );
}

function nameOfLink(id: string | null): string {
  const link = addressedLinks.value.find((one) => one.id === id);
  if (!link) return say("devices.unknown");
  const name = nameOf(link);
  return name.endsWith(link.label) ? name : `${name} · ${link.label}`;
}
