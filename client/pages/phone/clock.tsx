/** The time that is left, on the server's clock, ticking once a second. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../design/icons.tsx";
import { t } from "../../texts/phone.ts";
import { line } from "./evening.ts";

/** This phone's clock, in ms; whoever reads it is drawn again every second. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 1000);

const ANNOUNCED_MINUTES = [10, 5, 2, 1];

export function Timer({ deadline }: { deadline: number }) {
  now.value;
  const left = Math.max(0, Math.ceil((deadline - line.serverNow()) / 1000));
  const isUp = left === 0;
  return (
    <div class={isUp ? "timer is-up" : left <= 60 ? "timer is-last-minute" : "timer"}>
      <Icon name="clock" />
      {isUp ? (
        <span>{t("time_up")}</span>
      ) : (
        <bdi class="numbers" role="timer" aria-label={t("time_left", { time: minutesAndSeconds(left) })}>
          {minutesAndSeconds(left)}
        </bdi>
      )}
      <SpokenTime left={left} />
    </div>
  );
}

/** Screen readers hear the last minutes, not every second. */
function SpokenTime({ left }: { left: number }) {
  const [spoken, setSpoken] = useState("");
  const minutes = left % 60 === 0 ? left / 60 : null;
  useEffect(() => {
    if (minutes === 0) setSpoken(t("time_up"));
    else if (minutes && ANNOUNCED_MINUTES.includes(minutes)) setSpoken(t("minutes_left", { n: minutes }));
  }, [minutes]);
  return (
    <span class="only-read" role="status">
      {spoken}
    </span>
  );
}

export function isPast(deadline: number | null): boolean {
  now.value;
  return deadline !== null && deadline <= line.serverNow();
}

function minutesAndSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
