/** The devices on which the team is signed in; a lost tablet or a borrowed laptop is signed out from here. */
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../design/icons.tsx";
import { language } from "../texts/index.ts";
import { ask } from "./api.ts";
import { Dialog } from "./Dialog.tsx";
import { say, sayReason } from "./words.ts";

interface Device {
  id: string;
  /** null: the organiser's own link. */
  link: string | null;
  /** Both in milliseconds since 1970. */
  since: number;
  seen: number;
  own: boolean;
}

interface Props {
  /** Where the server is asked for them. */
  path: string;
  nameOf: (link: string | null) => string;
}

const REFRESH_MS = 15_000;

export function Devices({ path, nameOf }: Props) {
  const [devices, setDevices] = useState<Device[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<Device[]>([]);

  const look = async () => {
    const reply = await ask<{ devices: Device[] }>(path);
    setFailure(reply.ok ? null : reply.reason);
    if (reply.ok) setDevices(reply.devices);
  };
  useEffect(() => {
    void look();
    const timer = setInterval(() => document.visibilityState === "visible" && void look(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);

  const others = devices?.filter((device) => !device.own) ?? [];
  return (
    <div class="sheet">
      <div>
        <h3>{say("devices.title")}</h3>
        <p class="soft">{say("devices.hint")}</p>
      </div>
      {failure && (
        <p class="band is-round" data-tone="stop" role="alert">
          {say("devices.failed")} {sayReason(failure)}
          <button type="button" class="button is-small" onClick={() => void look()}>
            {say("act.retry")}
          </button>
        </p>
      )}
      <ul class="links">
        {devices?.map((device) => (
          <DeviceRow key={device.id} device={device} name={nameOf(device.link)} onEnd={() => setLeaving([device])} />
        ))}
      </ul>
      {others.length > 1 && (
        <div class="button-row">
          <button type="button" class="button" onClick={() => setLeaving(others)}>
            {say("devices.end_others")}
          </button>
        </div>
      )}
      {leaving.length > 0 && (
        <SignOut
          path={path}
          devices={leaving}
          names={leaving.map((device) => `${nameOf(device.link)}, ${sayTimes(device)}`)}
          onClose={() => {
            setLeaving([]);
            void look();
          }}
        />
      )}
    </div>
  );
}

function DeviceRow({ device, name, onEnd }: { device: Device; name: string; onEnd: () => void }) {
  return (
    <li class="link-row">
      <span class="link-role">
        <Icon name="phone" />
        <strong>{name}</strong>
      </span>
      <span class="soft link-label">{sayTimes(device)}</span>
      {device.own ? (
        <span class="chip">{say("devices.own")}</span>
      ) : (
        <button
          type="button"
          class="button is-quiet is-small"
          aria-label={`${say("devices.end")}: ${name}, ${sayTimes(device)}`}
          onClick={onEnd}
        >
          {say("devices.end")}
        </button>
      )}
    </li>
  );
}

interface SignOutProps {
  path: string;
  devices: Device[];
  names: string[];
  onClose: () => void;
}

function SignOut({ path, devices, names, onClose }: SignOutProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const end = async () => {
    const reply = await ask(path, "POST", { devices: devices.map(({ id }) => id) });
    if (reply.ok) onClose();
    else setFailure(reply.reason);
  };
  return (
    <Dialog title={say("devices.end_title", { n: devices.length })} onClose={onClose}>
      <ul class="stack is-close">
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
      <p>{say("devices.end_what")}</p>
      {failure && (
        <p class="band is-round" data-tone="stop" role="alert">
          {sayReason(failure)}
        </p>
      )}
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {say("act.cancel")}
        </button>
        <button type="button" class="button is-main is-risky" onClick={() => void end()}>
          {say("devices.end")}
        </button>
      </div>
    </Dialog>
  );
}

function sayTimes({ since, seen }: Device): string {
  return say("devices.times", { since: sayTime(since), seen: sayTime(seen) });
}

function sayTime(ms: number): string {
  const time = new Date(ms);
  const today = time.toDateString() === new Date().toDateString();
  const look: Intl.DateTimeFormatOptions = today ? { timeStyle: "short" } : { dateStyle: "short", timeStyle: "short" };
  return new Intl.DateTimeFormat(language.value, look).format(time);
}
