/**
 * What this wall shows. Everything stands in the address, so that a reboot brings the same wall back:
 *   ?show=auto | all | table-3 | ranking | ranking-<ballot>   &theme=light|dark   &size=s|m|l|xl
 * `auto` follows the evening: welcome, cards, voting, result.
 */
import { computed, effect, signal } from "@preact/signals";
import { ballots, cards, steps, tables, type Step } from "../../staff/evening.ts";

const sizes = ["s", "m", "l", "xl"] as const;
export type Size = (typeof sizes)[number];
type Theme = "light" | "dark" | "";

const asked = new URL(location.href).searchParams;
export const show = signal(asked.get("show") ?? "auto");
export const theme = signal<Theme>((["light", "dark"] as const).find((one) => one === asked.get("theme")) ?? "");
export const size = signal<Size>(sizes.find((one) => one === asked.get("size")) ?? "m");

/** Keeps the address and the look true to the three signals. */
export function applyLook() {
  effect(() => {
    const root = document.documentElement;
    root.dataset.size = size.value;
    if (theme.value) root.dataset.theme = theme.value;
    else delete root.dataset.theme;
    const address = new URL(location.href);
    address.searchParams.set("show", show.value);
    address.searchParams.set("size", size.value);
    if (theme.value) address.searchParams.set("theme", theme.value);
    history.replaceState(null, "", address);
  });
}

export type Scene =
  | { name: "welcome" | "all" | "waiting" }
  | { name: "table"; table: number }
  | { name: "ballot"; ballot: string };

export const scene = computed<Scene>(() => {
  const [what = "", ...rest] = show.value.split("-");
  const which = rest.join("-");
  if (what === "all") return { name: "all" };
  if (what === "table") return { name: "table", table: Number(which) };
  if (what === "ranking") return ballotScene(which);
  return following();
});

/** Changes when something else comes onto the wall: its first page then gets its full time. */
export const curtain = computed(() => {
  const now = scene.value;
  if (now.name !== "ballot") return JSON.stringify(now);
  return `${now.ballot} ${ballots.value.find((one) => one.id === now.ballot)?.state}`;
});

function ballotScene(id: string): Scene {
  const shown = ballots.value.filter((ballot) => ballot.state !== "planned");
  const ballot = id ? ballots.value.find((one) => one.id === id) : shown[shown.length - 1];
  return ballot ? { name: "ballot", ballot: ballot.id } : { name: "waiting" };
}

let wereOpen: ReadonlySet<string> | undefined;
let lastOpened: string | undefined;

/**
 * An open ballot, or else what was opened last: a result stays until something else opens, also when
 * a round is still open behind it. A wall that was just switched on takes the furthest step instead.
 */
function following(): Scene {
  const begun = steps.value.filter((step) => step.state !== "planned");
  if (!begun.length) return { name: cards.value.length ? "all" : "welcome" };
  const open = begun.filter((step) => step.state === "open");
  lastOpened = open.find((step) => wereOpen && !wereOpen.has(step.id))?.id ?? lastOpened;
  wereOpen = new Set(open.map((step) => step.id));
  const voting = open.find((step) => step.sort === "ballot");
  return sceneOf(voting ?? begun.find((step) => step.id === lastOpened) ?? begun[begun.length - 1]!);
}

function sceneOf(step: Step): Scene {
  return step.sort === "ballot" ? { name: "ballot", ballot: step.id } : { name: "all" };
}

/** The views one can switch to, in the order of the arrows. */
export const views = computed(() => [
  "auto",
  "all",
  ...tables.value.map((table) => `table-${table.number}`),
  ...ballots.value.filter((ballot) => ballot.state !== "planned").map((ballot) => `ranking-${ballot.id}`),
]);

export function switchView(by: 1 | -1) {
  const list = views.value;
  const here = Math.max(0, list.indexOf(show.value));
  show.value = list[(here + by + list.length) % list.length]!;
}

export function resize(by: 1 | -1) {
  const place = sizes.indexOf(size.value) + by;
  size.value = sizes[Math.min(sizes.length - 1, Math.max(0, place))]!;
}

export function switchTheme() {
  const dark = theme.value ? theme.value === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  theme.value = dark ? "light" : "dark";
}
