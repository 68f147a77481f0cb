import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanText, letterCount } from "../pages/phone/letters.ts";
import { readCode } from "../pages/start/code.ts";

test("letters are counted as the server counts them", () => {
  assert.equal(letterCount("ة🙂ß"), 3);
});

test("controls that could turn a neighbour's card round are taken out of pasted text", () => {
  assert.equal(cleanText("\u202eabc\u202c \u2066x\u2069\u0000"), "abc x");
});

test("joiners, direction marks and new lines stay", () => {
  assert.equal(cleanText("می\u200cخواهم\u200f\r\nB1"), "می\u200cخواهم\u200f\nB1");
});

test("half a letter is no letter", () => {
  assert.equal(cleanText("a\ud83db"), "ab");
});

test("a code is read however it is typed", () => {
  for (const typed of ["ABCD-EFGH", "abcdefgh", " abcd efgh ", "ABCD–EFGH", "ab cd-ef gh"]) {
    assert.deepEqual(readCode(typed), { path: "/ABCDEFGH" });
  }
});

test("a table behind the code is kept", () => {
  assert.deepEqual(readCode("abcd-efgh-3"), { path: "/ABCDEFGH/3" });
  assert.deepEqual(readCode("ABCDEFGH/12"), { path: "/ABCDEFGH/12" });
});

test("a digit at the end of a code is no table", () => {
  assert.deepEqual(readCode("abcd-efg-3"), { path: "/ABCDEFG3" });
});

test("look-alikes are explained", () => {
  assert.deepEqual(readCode("ABCD-EFG0"), { wrong: "look" });
  assert.deepEqual(readCode("IBCD-EFGH"), { wrong: "look" });
});

test("missing and surplus letters are counted, strange ones are named", () => {
  assert.deepEqual(readCode("ABC"), { wrong: "short", n: 5 });
  assert.deepEqual(readCode("ABCDEFGHJK"), { wrong: "long", n: 2 });
  assert.deepEqual(readCode("ABCD-EFGÄ"), { wrong: "letters", letters: "Ä" });
});
