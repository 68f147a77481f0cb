/** What is open now stays in sight on the top; the sections change below it. */
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { BeforeDialogue, LineBand, RehearsalBand } from "../../staff/bands.tsx";
import { dialogue, refusal } from "../../staff/line.ts";
import { OrderStrip } from "../../staff/OrderStrip.tsx";
import { About } from "./about/About.tsx";
import { Access } from "./access/Access.tsx";
import { Agenda } from "./agenda/Agenda.tsx";
import { Cards } from "./cards/Cards.tsx";
import { NowStrip } from "./NowStrip.tsx";
import { place, type Place } from "./places.ts";
import { Rehearsal } from "./rehearsal/Rehearsal.tsx";
import { Results } from "./results/Results.tsx";
import { Side } from "./Side.tsx";
import { Tables } from "./tables/Tables.tsx";
import { Tickets } from "./tickets/Tickets.tsx";

const rooms: Record<Place, FunctionComponent> = {
  agenda: Agenda,
  tables: Tables,
  cards: Cards,
  access: Access,
  tickets: Tickets,
  results: Results,
  rehearsal: Rehearsal,
  about: About,
};

export function Cockpit() {
  const main = useRef<HTMLElement>(null);
  useEffect(() => main.current?.scrollTo(0, 0), [place.value]);
  if (!dialogue.value || refusal.value) return <BeforeDialogue />;
  const Room = rooms[place.value];
  return (
    <div class="cockpit">
      <div class="cockpit-bands">
        <RehearsalBand />
        <LineBand />
      </div>
      <Side />
      <main class="cockpit-main" ref={main}>
        <NowStrip />
        <Room />
      </main>
      <OrderStrip />
    </div>
  );
}
