/** Buttons that come when the mouse moves or the keyboard reaches them, and go by themselves. */
import { useEffect, useState } from "preact/hooks";
import type { Drawing } from "../../design/icons.tsx";
import { Icon } from "../../design/icons.tsx";
import { ballots, tables } from "../../staff/evening.ts";
import { inMain, say, type Key } from "../../staff/words.ts";
import { held } from "./beat.ts";
import { toggleFullScreen } from "./keys.ts";
import { resize, show, switchTheme, switchView, views } from "./screen.ts";

const SHOWN_MS = 4000;

export function Controls() {
  const shown = useShownOnMove();
  return (
    <nav class={shown ? "controls is-shown" : "controls"} aria-label={say("board.controls")}>
      <Tool drawing="back" name="board.previous" onClick={() => switchView(-1)} directed />
      <label class="only-read" for="view">
        {say("board.controls")}
      </label>
      <select id="view" class="input" value={show.value} onChange={(event) => (show.value = event.currentTarget.value)}>
        {views.value.map((view) => (
          <option key={view} value={view}>
            {nameOf(view)}
          </option>
        ))}
      </select>
      <Tool drawing="forward" name="board.next" onClick={() => switchView(1)} directed />
      <Tool
        drawing={held.value ? "play" : "pause"}
        name={held.value ? "board.go_on" : "board.hold"}
        onClick={() => (held.value = !held.value)}
      />
      <button type="button" class="button" onClick={() => resize(-1)} aria-label={`A− ${say("board.smaller")}`}>
        A−
      </button>
      <button type="button" class="button" onClick={() => resize(1)} aria-label={`A+ ${say("board.bigger")}`}>
        A+
      </button>
      <Tool drawing="moon" name="board.theme" onClick={switchTheme} />
      <Tool drawing="board" name="board.fullscreen" onClick={() => void toggleFullScreen()} />
    </nav>
  );
}

interface ToolProps {
  drawing: Drawing;
  name: Key;
  onClick: () => void;
  directed?: boolean;
}

function Tool({ drawing, name, onClick, directed = false }: ToolProps) {
  return (
    <button type="button" class="button is-icon" aria-label={say(name)} title={say(name)} onClick={onClick}>
      <Icon name={drawing} directed={directed} />
    </button>
  );
}

function nameOf(view: string): string {
  const [what, ...rest] = view.split("-");
  const which = rest.join("-");
  if (what === "table") {
    return tables.value.length ? say("board.table", { n: Number(which) }) : view;
  }
  if (what === "ranking") {
    const ballot = ballots.value.find((one) => one.id === which);
    return ballot ? inMain(ballot.title).text : say("board.show_ranking");
  }
  return say(what === "all" ? "board.show_all" : "board.show_auto");
}

function useShownOnMove(): boolean {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const sleep = () => {
      setShown(false);
      letGoOfTheClicked();
    };
    const wake = () => {
      setShown(true);
      clearTimeout(timer);
      timer = setTimeout(sleep, SHOWN_MS);
    };
    const events = ["pointermove", "pointerdown", "keydown"] as const;
    events.forEach((name) => addEventListener(name, wake));
    return () => {
      clearTimeout(timer);
      events.forEach((name) => removeEventListener(name, wake));
    };
  }, []);
  return shown;
}

/** A button keeps the focus after a click: out of sight it must neither come back nor take the space key. */
function letGoOfTheClicked() {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.closest(".controls") && !focused.matches(":focus-visible")) {
    focused.blur();
  }
}
