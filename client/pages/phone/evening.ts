/** This phone's evening: the line to its dialogue, and the questions every part of the page asks. */
import { computed, effect, signal } from "@preact/signals";
import { all, connect, deviceToken, one, single, type Fields } from "../../connection/index.ts";
import { browserLanguage, isOurs, language, type Language } from "../../texts/index.ts";
import { reasonText, t } from "../../texts/phone.ts";
import { recall, remember } from "./memory.ts";
import { meNow, myCards } from "./overlay.ts";

export const code = meta("code") ?? "";
/** The table in the address: the QR code this phone scanned. Null once it was answered. */
export const scannedTable = signal<number | null>(Number(meta("table")) || null);
export const turnedAway = signal<string | null>(null);

export const line = connect({
  code,
  auth: { token: deviceToken(code) },
  keep: code,
  onRefused: (reason) => (turnedAway.value = reason),
});

export const dialogue = computed(() => single(line.shared.value, "dialogue"));
export const mainLanguage = computed(() => dialogue.value?.languages[0]);
export const me = computed(() => meNow(line.mine.value, line.commands.value));
export const tables = computed(() => all(line.shared.value, "table"));
export const openRound = computed(() =>
  all(line.shared.value, "round").find((round) => round.state === "open"),
);
export const ballots = computed(() => all(line.shared.value, "ballot"));
export const openBallots = computed(() => ballots.value.filter((ballot) => ballot.state === "open"));
export const closedBallots = computed(() =>
  ballots.value.filter((ballot) => ballot.state === "closed").reverse(),
);
/** Whether a ticket can be of any use this evening, now or later. */
export const needsTickets = computed(() => ballots.value.some((ballot) => ballot.tickets));
export const cardsOfMine = computed(() => myCards(line.mine.value, line.commands.value));
/** Known at all: before that, "not joined" only means "not heard yet". */
export const isKnown = computed(() => line.mine.value.entries.has("me"));
export const waiting = computed(() =>
  line.commands.value.filter((command) => command.stage === "waiting"),
);

export function topicOf(table: number | null) {
  const found = table === null ? undefined : one(line.shared.value, "table", table);
  return found && one(line.shared.value, "topic", found.topic);
}

/** Said once to screen readers. */
export const announcement = signal("");

/** Emptied first, or the same words a second time would not be heard. */
function announce(text: string) {
  announcement.value = "";
  setTimeout(() => (announcement.value = text), 100);
}

/** Sends a command; says what became of it to those who cannot see it. */
export async function send(name: string, fields: Fields) {
  if (line.state.value !== "live") announce(t("status_waiting_offline"));
  const answer = await line.send(name, fields);
  if (answer.ok) return announce(t("status_saved"));
  // Taken back by the same hand, for a second dot or to write on: nobody refused it.
  if (answer.reason === "taken_back") return;
  announce(`${t("status_refused")}: ${reasonText(answer.error, answer.reason)}`);
}

const remembered = signal(recall<Language>(code, "language"));
export const hasChosenLanguage = computed(() => me.value.joined || remembered.value !== null);

export function chooseLanguage(chosen: Language) {
  remembered.value = chosen;
  remember(code, "language", chosen);
  void send(me.value.joined ? "ChooseLanguage" : "Join", { language: chosen });
}

export const goalSeen = signal(recall<boolean>(code, "goal_seen") === true);

export function sawGoal() {
  goalSeen.value = true;
  remember(code, "goal_seen", true);
}

export function takeTable(table: number) {
  answerScannedTable();
  if (me.value.table !== table) void send("TakeTable", { table });
}

/** The address forgets the table, or a reload would ask again after somebody has moved on. */
export function answerScannedTable() {
  scannedTable.value = null;
  history.replaceState(null, "", `/${code}`);
}

effect(() => {
  const chosen = me.value.language ?? remembered.value;
  language.value = isOurs(chosen) ? chosen : browserLanguage();
});

let joinedAgain = false;

/** A phone that chose its language before, but that the server does not know (any more), joins again. */
effect(() => {
  if (joinedAgain || !isKnown.value || me.value.joined) return;
  const offered = dialogue.value?.languages ?? [];
  const chosen = remembered.value ?? (offered.length === 1 ? offered[0] : null);
  if (!isOurs(chosen)) return;
  joinedAgain = true;
  queueMicrotask(() => chooseLanguage(chosen));
});

function meta(name: string): string | null {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || null;
}
