/** What this page was told, and how a frame changes it. Nothing here knows what the entries mean. */

export interface View {
  /** null until the first whole view has arrived. */
  readonly epoch: number | null;
  readonly version: number;
  readonly entries: ReadonlyMap<string, unknown>;
}

export interface Frame {
  of: "shared" | "mine";
  epoch: number;
  /** null: the frame is the whole view. */
  from: number | null;
  to: number;
  /** Tells this version from another one of its number; missing from servers older than this page. */
  stamp?: number;
  put: Record<string, unknown>;
  drop: string[];
}

export const nothingYet: View = { epoch: null, version: 0, entries: new Map() };

/** How far a page has heard of the log, and by what it would know that version again. */
export interface Position {
  readonly epoch: number;
  readonly version: number;
  readonly stamp: number | null;
}

/** The further of two positions, the later one if they are equal; null: nowhere yet. */
export function further(one: Position | null, other: Position | null): Position | null {
  if (!one || !other) return one ?? other;
  if (one.epoch !== other.epoch) return one.epoch > other.epoch ? one : other;
  return one.version > other.version ? one : other;
}

/** The view after the frame; "stale" if it is known already, "gap" if something in between is missing. */
export function apply(view: View, frame: Frame): View | "stale" | "gap" {
  if (frame.from === null) return wholeView(frame);
  if (frame.epoch !== view.epoch) return "gap";
  if (frame.from < view.version) return "stale";
  if (frame.from > view.version) return "gap";
  const entries = new Map(view.entries);
  for (const key of frame.drop) entries.delete(key);
  for (const [key, entry] of Object.entries(frame.put)) entries.set(key, entry);
  return { epoch: frame.epoch, version: frame.to, entries };
}

function wholeView(frame: Frame): View {
  return { epoch: frame.epoch, version: frame.to, entries: new Map(Object.entries(frame.put)) };
}
