/**
 * When a phone may have come back. Phones cut sockets in the background and tell nobody, so a page
 * that is looked at again asks, instead of believing its socket.
 */

const ASLEEP_MS = 5000;

/** Calls `looked` when a person looks again, `online` when the network says it is back. */
export function onWake(looked: () => void, online: () => void): () => void {
  let hiddenSince: number | null = null;

  function visibilityChanged() {
    if (document.visibilityState === "hidden") hiddenSince = Date.now();
    else if (hiddenSince !== null && Date.now() - hiddenSince > ASLEEP_MS) looked();
  }
  function pageShown(event: PageTransitionEvent) {
    if (event.persisted) looked();
  }
  document.addEventListener("visibilitychange", visibilityChanged);
  addEventListener("pageshow", pageShown);
  addEventListener("online", online);
  return () => {
    document.removeEventListener("visibilitychange", visibilityChanged);
    removeEventListener("pageshow", pageShown);
    removeEventListener("online", online);
  };
}
