/** Which section is shown. It stands in the address, so that reload and back button keep it. */
import { signal } from "@preact/signals";
import type { Drawing } from "../../design/icons.tsx";

export const places = {
  agenda: "clock",
  tables: "table",
  cards: "cards",
  tickets: "ticket",
  results: "dots",
  access: "link",
  about: "hand",
  rehearsal: "rehearsal",
} as const satisfies Record<string, Drawing>;

export type Place = keyof typeof places;

function placeInAddress(): Place {
  const named = location.hash.slice(1);
  return named in places ? (named as Place) : "agenda";
}

export const place = signal<Place>(placeInAddress());

addEventListener("hashchange", () => {
  place.value = placeInAddress();
});
