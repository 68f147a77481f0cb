/**
 * When the server hands out other pages than this one. This page goes on working; it is loaded anew
 * once nothing waits in its outbox and nobody is writing, and offers it to people until then.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

/** The version of docs/protocol.md that this page speaks. */
export const PROTOCOL = 1;

const LOOK_MS = 3000;
/** Not the whole hall at once. */
const SPREAD_MS = 20_000;

export interface Surroundings {
  ownBuild: string;
  /** Of the build that this tab was loaded anew for last; survives the reload. */
  tried(): string;
  trying(build: string): void;
  isWriting(): boolean;
  reload(): void;
}

export class Version {
  /** True while a newer page is there and this one was not loaded anew yet. */
  readonly offered: ReadonlySignal<boolean>;

  private offer = signal(false);
  private newer = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isSaved: () => boolean;
  private around: Surroundings;

  constructor(isSaved: () => boolean, around: Surroundings) {
    this.offered = this.offer;
    this.isSaved = isSaved;
    this.around = around;
  }

  /** What a hello said. Once per build: while servers are being replaced they may disagree. */
  heard(build: string | undefined) {
    if (!build || !this.around.ownBuild) return;
    if (build === this.around.ownBuild || build === this.around.tried()) return this.forget();
    if (this.newer === build) return;
    this.newer = build;
    this.offer.value = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), Math.random() * SPREAD_MS);
  }

  /** Somebody wants it now. */
  reload() {
    this.around.trying(this.newer);
    this.around.reload();
  }

  stop() {
    clearTimeout(this.timer);
  }

  private look() {
    if (this.isSaved() && !this.around.isWriting()) this.reload();
    else this.timer = setTimeout(() => this.look(), LOOK_MS);
  }

  private forget() {
    clearTimeout(this.timer);
    this.newer = "";
    this.offer.value = false;
  }
}

const TRIED = "dialogtisch.loaded-anew-for";

export function browserSurroundings(): Surroundings {
  return {
    ownBuild: document.querySelector?.<HTMLMetaElement>('meta[name="build"]')?.content ?? "",
    tried() {
      try {
        return sessionStorage.getItem(TRIED) ?? "";
      } catch {
        return "";
      }
    },
    trying(build) {
      try {
        sessionStorage.setItem(TRIED, build);
      } catch {
        // Without storage a page could go on reloading; the offer to do it by hand stays.
      }
    },
    isWriting,
    reload: () => location.reload(),
  };
}

/** A field in use or with something in it, or an open dialog. */
function isWriting(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement>("textarea, input:not([type]), input[type=text]");
  if ([...fields].some((field) => field === document.activeElement || field.value !== field.defaultValue)) {
    return true;
  }
  return document.querySelector("dialog[open]") !== null;
}
