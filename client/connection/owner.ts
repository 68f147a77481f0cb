/**
 * Two tabs of one person show the same, but only one of them sends: the one looked at last. Web Locks
 * decide where the browser has them (https); on plain http a lease in localStorage does. Should two
 * tabs send for a moment, the ids make the repeat harmless.
 */

export interface Sender {
  isThisTab(): boolean;
}

/** `changed` is called when this tab becomes the sender. */
export function electSender(name: string, tab: string, changed: () => void): Sender {
  return navigator.locks ? byLock(name, changed) : byLease(name, tab, changed);
}

function byLock(name: string, changed: () => void): Sender {
  let mine = false;
  const request = (steal: boolean) =>
    navigator.locks
      .request(`dialogtisch.${name}`, { steal }, () => {
        mine = true;
        changed();
        return new Promise<never>(() => {}); // held until the tab closes or another one is looked at
      })
      .catch(() => {
        mine = false;
        void request(false); // stolen: back in line, for when the other tab closes
      });
  void request(isLookedAt());
  whenLookedAt(() => {
    if (!mine) void request(true);
  });
  return { isThisTab: () => mine };
}

const LEASE_MS = 5000;
const RENEW_MS = 2000;

function byLease(name: string, tab: string, changed: () => void): Sender {
  const key = `dialogtisch.${name}.sender`;
  let mine = false;

  function holder(): { tab: string; until: number } | null {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }
  function take() {
    try {
      localStorage.setItem(key, JSON.stringify({ tab, until: Date.now() + LEASE_MS }));
    } catch {
      // No storage, no other tab that could share it: this one sends.
    }
    if (!mine) {
      mine = true;
      changed();
    }
  }
  function look() {
    const now = holder();
    if (!now || now.tab === tab || now.until < Date.now() || now.until > Date.now() + 60_000) take();
    else mine = false;
  }

  if (isLookedAt()) take();
  else look();
  setInterval(look, RENEW_MS);
  whenLookedAt(take);
  addEventListener("storage", (event) => {
    if (event.key === key && event.newValue !== null) mine = holder()?.tab === tab;
  });
  addEventListener("pagehide", () => {
    if (mine) try { localStorage.removeItem(key); } catch { /* it runs out by itself */ }
    mine = false;
  });
  addEventListener("pageshow", look);
  return { isThisTab: () => mine };
}

const isLookedAt = () => document.visibilityState === "visible";

function whenLookedAt(then: () => void) {
  addEventListener("focus", then);
  document.addEventListener("visibilitychange", () => {
    if (isLookedAt()) then();
  });
}
