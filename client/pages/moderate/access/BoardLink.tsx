/** Opens the wall in a window of its own, to be dragged to the projector. */
import { Icon } from "../../../design/icons.tsx";
import { say } from "../../../staff/words.ts";
import { boardLink } from "./addresses.ts";

/** `show` is what the wall begins with: all, table-3, ranking. */
function boardAddress(url: string, show?: string): string {
  if (!show) return url;
  const address = new URL(url);
  address.searchParams.set("show", show);
  return address.href;
}

export function BoardLink({ show, small, label }: { show?: string; small?: boolean; label?: string }) {
  const look = small ? "button is-small" : "button is-wide";
  if (!boardLink.value) {
    return (
      <a class={look} href="#access" title={say("access.board_missing")}>
        <Icon name="board" />
        {label ?? say("moderate.open_board")}
      </a>
    );
  }
  return (
    <a class={look} href={boardAddress(boardLink.value.url, show)} target="dialogtisch-board" rel="opener">
      <Icon name="board" />
      {label ?? say("moderate.open_board")}
    </a>
  );
}
