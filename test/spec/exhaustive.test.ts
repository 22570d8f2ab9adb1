/**
 * All sequences of calls of small scope, on the library and on the model. A mistake of the core
 * nearly always shows in a few calls, if they are the right ones: so here are all of them.
 */
import { expect, test } from "vitest";
import { bareAlphabet, type Scope, scopedAlphabet, sequences, type Step } from "./calls.ts";
import { compareAll, summary } from "./compare.ts";
import { thorough } from "../support/scope.ts";

/** In browsers the scope is one call smaller. */
const less = thorough ? 0 : 1;

const answers: Step[] = ["c.answer", "s.answer"];
const endings: Step[] = ["s.return", "s.throw"];
const refused: Step[] = [
  "refused:open",
  "refused:c.send",
  "refused:c.receive",
  "refused:s.send",
  "refused:s.receive",
];
const bareTalk: Step[] = ["open", "c.next", "c.send", "c.receive", "s.send", "s.receive"];
const bareEndings: Step[] = [
  "open",
  "c.next",
  "c.throw",
  "c.return",
  "s.next",
  "s.send",
  ...endings,
];
const scopedTalk: Step[] = ["open", "c.next", "c.send", "c.return", "s.send", "s.receive"];
const leaving: Step[] = ["open", "c.next", "c.throw", "c.return", "s.next", "s.send", "abort"];

const bare = { alphabet: bareAlphabet };
const scoped = { alphabet: scopedAlphabet, scoped: true };

const scopes: [name: string, scope: Scope & { overlapping?: boolean }][] = [
  ["bare", { ...bare, length: 6 }],
  ["bare, overlapping", { ...bare, length: 6, overlapping: true }],
  ["bare, limit 1", { ...bare, length: 6, limit: 1 }],
  ["bare, limit 2", { ...bare, length: 5, limit: 2 }],
  ["bare, next(v), opened twice", { alphabet: [...bareAlphabet, ...answers], length: 5, opens: 2 }],
  ["bare, signals that have aborted", { alphabet: [...bareAlphabet, ...refused], length: 5 }],
  ["bare, a conversation", { alphabet: bareTalk, length: 7 }],
  ["bare, endings", { alphabet: [...bareEndings, "abort"], length: 7, cancels: "none" }],
  ["bare, cancelling what has settled", { ...bare, length: 5, cancels: "all" }],
  ["scoped", { ...scoped, length: 6 }],
  ["scoped, overlapping", { ...scoped, length: 6, overlapping: true }],
  ["scoped, limit 1", { ...scoped, length: 5, limit: 1 }],
  ["scoped, limit 2", { ...scoped, length: 5, limit: 2 }],
  [
    "scoped, next(v), opened twice",
    { ...scoped, alphabet: [...scopedAlphabet, ...answers], length: 5, opens: 2 },
  ],
  [
    "scoped, signals that have aborted",
    { ...scoped, alphabet: [...scopedAlphabet, ...refused], length: 5 },
  ],
  ["scoped, a conversation", { ...scoped, alphabet: [...scopedTalk, "body.return"], length: 7 }],
  [
    "scoped, leaving",
    { ...scoped, alphabet: [...leaving, "body.return", "body.unwind"], length: 7, cancels: "none" },
  ],
  [
    "scoped, the body's own end",
    { ...scoped, alphabet: [...scopedAlphabet, ...endings], length: 5 },
  ],
  ["scoped, cancelling what has settled", { ...scoped, length: 5, cancels: "all" }],
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
