/** The wall by keyboard: arrows change the view, space turns the page. */
import { held, turnNow } from "./beat.ts";
import { resize, show, switchTheme, switchView } from "./screen.ts";

const keys: Record<string, () => void> = {
  ArrowRight: () => switchView(1),
  ArrowLeft: () => switchView(-1),
  PageDown: turnNow,
  "0": () => (show.value = "auto"),
  a: () => (show.value = "all"),
  r: () => (show.value = "ranking"),
  h: () => (held.value = !held.value),
  t: switchTheme,
  "+": () => resize(1),
  "-": () => resize(-1),
  f: () => void toggleFullScreen(),
};

export function listenToKeys() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[1-9]$/.test(event.key)) show.value = `table-${event.key}`;
    keys[event.key]?.();
    if (event.key === " " && event.target === document.body) turnNow();
  });
}

export async function toggleFullScreen() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    // Some browsers allow it only from a click; F11 is left.
  }
}
