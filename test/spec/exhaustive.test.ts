/**
 * All sequences of calls of small scope, on the library and on the model. A mistake of the core
 * nearly always shows in a few calls, if they are the right ones: so here are all of them.
 */
import { expect, test } from "vitest";
import { bareAlphabet, type Scope, scopedAlphabet, sequences, type Step } from "./calls.ts";
import { compareAll, summary } from "./compare.ts";

/** In browsers the scope is one call smaller. */
const less = "document" in globalThis ? 1 : 0;

const answers: Step[] = ["c.answer", "s.answer"];
const conversation: Step[] = ["open", "c.next", "c.send", "c.receive", "s.send", "s.receive"];
const endings: Step[] = ["open", "c.next", "c.throw", "c.return", "s.next", "s.send", "s.throw"];

const scopes: [name: string, scope: Scope & { overlapping?: boolean }][] = [
  ["bare, all calls", { alphabet: bareAlphabet, length: 6 }],
  ["bare, all calls, overlapping", { alphabet: bareAlphabet, length: 6, overlapping: true }],
  ["bare, next(v), opened twice", { alphabet: [...bareAlphabet, ...answers], length: 5, opens: 2 }],
  ["bare, limit 1", { alphabet: bareAlphabet, length: 6, limit: 1 }],
  ["bare, limit 2", { alphabet: bareAlphabet, length: 6, limit: 2 }],
  ["bare, conversation and cancelling", { alphabet: conversation, length: 7 }],
  ["bare, endings", { alphabet: [...endings, "s.return", "abort"], length: 7, patient: true }],
  ["scoped, all calls", { alphabet: scopedAlphabet, length: 6, scoped: true }],
  ["scoped, next(v)", { alphabet: [...scopedAlphabet, ...answers], length: 5, scoped: true }],
];

test.each(scopes)("%s", { timeout: 120_000 }, async (name, scope) => {
  const length = scope.length - less;
  const { overlapping = false } = scope;
  const result = await compareAll(sequences({ ...scope, length }), { overlapping });
  const compared = result.compared.toLocaleString("en");
  console.info(`${name}, up to ${length} calls: ${compared} sequences compared`);
  if (result.failures.size > 0) expect.fail(summary(result));
  expect(result.compared).toBeGreaterThan(1000);
});
