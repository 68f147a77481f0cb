import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../connection/commands.ts";
import type { Ballot, Card } from "../connection/entries.ts";
import type { View } from "../connection/view.ts";
import { cardsOfOthers, dotsLeft, meNow, myCards, myVotes } from "../pages/phone/overlay.ts";

const mine = (version: number, entries: Record<string, unknown> = {}): View => ({
  epoch: 1,
  version,
  entries: new Map(Object.entries(entries)),
});

let counter = 0;
function command(name: string, fields: Record<string, unknown>, change: Partial<Command> = {}): Command {
  counter += 1;
  return { id: `t.${counter}`, name, fields, order: counter, stage: "waiting", ...change };
}
const saved = (version: number) => ({ stage: "saved", epoch: 1, version }) as const;
const refused = { stage: "refused", error: "refused", reason: "no_dots_left" } as const;

const ballot = { dots: 4, most_per_option: 2 } as Ballot;
const place = (option: string, dots: number, change: Partial<Command> = {}) =>
  command("PlaceDots", { ballot: "b", option, dots }, change);
const placed = (option: string, dots: number) => ({ [`vote:b:${option}`]: { ballot: "b", option, dots } });

const posted = (commandId: string, text = "from the server") => ({
  "mycard:c1": { id: "c1", table: 3, round: "r", kind: "idea", text, order: 8, hidden: null, command: commandId },
});

test("somebody who has just chosen a language has joined, for this phone", () => {
  const now = meNow(mine(0), [command("Join", { language: "ar" }), command("TakeTable", { table: 3 })]);
  assert.deepEqual(now, { joined: true, language: "ar", table: 3, ticket: false });
});

test("the server's word counts again once it has caught up", () => {
  const view = mine(9, { me: { joined: true, language: "de", table: 5 } });
  assert.equal(meNow(view, [command("TakeTable", { table: 3 }, saved(9))]).table, 5);
});

test("a ticket counts once the server has saved it, and not before", () => {
  const redeem = (change: Partial<Command> = {}) => command("RedeemTicket", { secret: "AAAA2222" }, change);
  assert.equal(meNow(mine(3), [redeem()]).ticket, false);
  assert.equal(meNow(mine(3), [redeem(saved(4))]).ticket, true);
  const freed = mine(5, { me: { joined: true, language: "de", table: 1, ticket: false } });
  assert.equal(meNow(freed, [redeem(saved(4))]).ticket, false);
});

test("a posted card is there at once, as waiting", () => {
  const [card] = myCards(mine(3), [command("PostCard", { text: "hello", kind: "worry" })]);
  assert.deepEqual([card?.text, card?.kind, card?.id, card?.fate.status], ["hello", "worry", null, "waiting"]);
});

test("an acknowledged card that the view does not show yet is saved, and there once", () => {
  const post = command("PostCard", { text: "hello", kind: "worry" }, saved(4));
  const before = myCards(mine(3), [post]);
  assert.deepEqual(before.map((card) => card.fate.status), ["saved"]);
  const after = myCards(mine(4, posted(post.id)), [post]);
  assert.deepEqual(after.map((card) => [card.id, card.key]), [["c1", post.id]]);
});

test("a card the view shows before its ack arrives is there once", () => {
  const post = command("PostCard", { text: "hello", kind: "idea" });
  assert.equal(myCards(mine(4, posted(post.id)), [post]).length, 1);
});

test("a refused card stays with its text and its reason", () => {
  const post = command("PostCard", { text: "mine", kind: "idea" }, { ...refused, reason: "no_open_round" });
  const [card] = myCards(mine(9), [post]);
  assert.deepEqual(card?.fate, { status: "refused", error: "refused", reason: "no_open_round", command: post.id });
});

test("a change on its way is shown, and gone from the list once it was refused", () => {
  const edit = command("EditCard", { card: "c1", text: "better", kind: "question" });
  const [waiting] = myCards(mine(4, posted("t.0")), [edit]);
  assert.deepEqual([waiting?.text, waiting?.kind, waiting?.fate.status], ["better", "question", "waiting"]);
  const [after] = myCards(mine(4, posted("t.0")), [{ ...edit, ...refused, reason: "round_closed" }]);
  assert.deepEqual([after?.text, after?.fate.status], ["from the server", "refused"]);
});

test("a card that is being taken back says so", () => {
  const [card] = myCards(mine(4, posted("t.0")), [command("WithdrawCard", { card: "c1" })]);
  assert.equal(card?.leaving, true);
});

test("a card that was taken back does not come back from its saved command", () => {
  const post = command("PostCard", { text: "hello", kind: "idea" }, saved(4));
  assert.deepEqual(myCards(mine(6), [post]), []);
});

test("dots left are the rule minus what is saved and what is on its way", () => {
  const votes = myVotes(mine(4, { ...placed("1", 2), ...placed("2", 1) }), [place("2", 0), place("3", 1)], "b");
  assert.equal(dotsLeft(ballot, votes), 1);
});

test("a dot is counted once, whether acknowledged first or shown first", () => {
  const vote = place("1", 2);
  assert.equal(dotsLeft(ballot, myVotes(mine(4), [{ ...vote, ...saved(5) }], "b")), 2);
  assert.equal(dotsLeft(ballot, myVotes(mine(5, placed("1", 2)), [{ ...vote, ...saved(5) }], "b")), 2);
  assert.equal(dotsLeft(ballot, myVotes(mine(5, placed("1", 2)), [vote], "b")), 2);
});

test("a refused dot goes back to what the server holds, with the reason beside it", () => {
  const vote = myVotes(mine(4, placed("1", 1)), [place("1", 2, refused)], "b").get("1");
  assert.equal(vote?.dots, 1);
  assert.equal(vote?.fate.status, "refused");
});

test("a refusal is forgotten as soon as a later try goes through", () => {
  const vote = myVotes(mine(6, placed("1", 1)), [place("1", 2, refused), place("1", 1, saved(6))], "b").get("1");
  assert.equal(vote?.fate.status, "saved");
});

test("dots that come back when a card is hidden are free again", () => {
  const vote = place("1", 2, saved(5));
  assert.equal(dotsLeft(ballot, myVotes(mine(8), [vote], "b")), 4);
});

test("dots that went with a freed ticket are not called saved any longer", () => {
  const votes = myVotes(mine(8), [place("1", 1, saved(4)), place("1", 2, saved(5))], "b");
  assert.equal(votes.get("1"), undefined);
  const kept = myVotes(mine(8, placed("1", 2)), [place("1", 2, saved(5))], "b");
  assert.equal(kept.get("1")?.fate.status, "saved");
});

test("a refusal from before does not stay beside dots that are gone since", () => {
  const votes = myVotes(mine(8), [place("1", 2, refused), place("1", 1, saved(5))], "b");
  assert.notEqual(votes.get("1")?.fate.status, "refused");
});

test("the last dot taken back is said to be saved", () => {
  const vote = myVotes(mine(8), [place("1", 1, saved(4)), place("1", 0, saved(5))], "b").get("1");
  assert.deepEqual([vote?.dots, vote?.fate.status], [0, "saved"]);
});

test("an answer that went with a freed ticket is not shown as given", () => {
  const answer = command("AnswerStatement", { ballot: "b", option: "1", answer: "agree" }, saved(5));
  assert.equal(myVotes(mine(8), [answer], "b").get("1"), undefined);
});

test("votes of another ballot do not count", () => {
  const elsewhere = command("PlaceDots", { ballot: "other", option: "1", dots: 2 });
  assert.equal(dotsLeft(ballot, myVotes(mine(4), [elsewhere], "b")), 4);
});

test("the last answer to a statement counts", () => {
  const answer = (judgement: string) =>
    command("AnswerStatement", { ballot: "b", option: "1", answer: judgement });
  assert.equal(myVotes(mine(4), [answer("agree"), answer("pass")], "b").get("1")?.answer, "pass");
});

const onTable = (id: string, text: string) => ({ id, text, kind: "idea" }) as Card;
const idsOf = (cards: Card[]) => cards.map((card) => card.id);

test("an own card that the table shows first does not lie there as somebody else's", () => {
  const post = command("PostCard", { text: "hello", kind: "idea" }, saved(4));
  const table = [onTable("c0", "by a neighbour"), onTable("c1", "hello")];
  const before = myCards(mine(3), [post]);
  assert.deepEqual(idsOf(cardsOfOthers(table, before, [post])), ["c0"]);
  const after = myCards(mine(4, posted(post.id, "hello")), [post]);
  assert.deepEqual(idsOf(cardsOfOthers(table, after, [post])), ["c0"]);
});

test("a neighbour who had the same thought is seen once the own card has arrived", () => {
  const post = command("PostCard", { text: "hello", kind: "idea" }, saved(4));
  const table = [onTable("c1", "hello"), onTable("c2", "hello")];
  const after = myCards(mine(4, posted(post.id, "hello")), [post]);
  assert.deepEqual(idsOf(cardsOfOthers(table, after, [post])), ["c2"]);
});

test("an own card taken back is nobody else's while the table still shows it", () => {
  const withdraw = command("WithdrawCard", { card: "c1" }, saved(5));
  assert.deepEqual(idsOf(cardsOfOthers([onTable("c1", "hello")], [], [withdraw])), []);
});
