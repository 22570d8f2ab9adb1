/**
 * All sequences of calls of small scope, on the library and on the model. A mistake of the core
 * nearly always shows in a few calls, if they are the right ones: so here are all of them.
 */
import { expect, test } from "vitest";
import { bareAlphabet, type Scope, scopedAlphabet, sequences, type Step } from "./calls.ts";
import { compareAll, summary } from "./compare.ts";
import { byScope } from "../support/scope.ts";

const answers: Step[] = ["c.answer", "s.answer"];
const nothing: Step[] = ["c.send()", "c.put()", "s.send()", "s.put()"];
const endings: Step[] = ["s.return", "s.throw"];
const bad: Step[] = ["c.return(bad)", "s.return(bad)"];
const refused: Step[] = [
  "refused:open",
  "refused:c.send",
  "refused:c.receive",
  "refused:c.put",
  "refused:s.send",
  "refused:s.receive",
  "refused:s.put",
];
const talk: Step[] = ["open", "c.receive", "c.send", "c.put", "s.receive", "s.send", "s.put"];
const first: Step[] = ["open", "c.answer", "c.send", "c.send()", "c.put", "c.put()", "c.throw"];
const toFirst: Step[] = ["s.next", "s.answer", "s.receive", "s.send", "s.put", "s.put()"];
const leaving: Step[] = ["c.next", "c.put", "c.throw", "c.return"];
const ending: Step[] = ["s.next", "s.put", ...endings];

/** The server end is there, and the client has been answered by nobody yet. */
const start: Step[] = ["open", "c.next"];

const bare = { alphabet: bareAlphabet };
const scoped = { alphabet: scopedAlphabet, scoped: true };

interface Exhausted extends Scope {
  readonly overlapping?: boolean;
  /** The length in `npm run test:long`, if it is another: with all of them, 4.5 million sequences. */
  readonly long?: number;
}

const scopes: [name: string, scope: Exhausted][] = [
  ["bare", { ...bare, length: 5, long: 6 }],
  ["bare, open", { ...bare, start, length: 6, long: 7 }],
  ["bare, open, overlapping", { ...bare, start, length: 6, long: 7, overlapping: true }],
  ["bare, limit 1", { ...bare, length: 5, long: 6, limit: 1 }],
  ["bare, limit 2", { ...bare, length: 4, long: 5, limit: 2 }],
  ["bare, opened twice", { alphabet: [...bareAlphabet, ...answers], length: 4, long: 5, opens: 2 }],
  [
    "bare, signals that have aborted",
    { alphabet: [...bareAlphabet, ...refused], length: 4, long: 5 },
  ],
  ["bare, a conversation", { alphabet: talk, start, length: 7, long: 8 }],
  ["bare, who speaks first", { alphabet: [...first, ...toFirst], length: 5 }],
  ["bare, `undefined`", { alphabet: [...bareAlphabet, ...nothing], length: 4, long: 5 }],
  [
    "bare, endings",
    { alphabet: [...leaving, ...ending, "abort"], start, length: 7, long: 8, cancels: "none" },
  ],
  ["bare, values that misbehave", { alphabet: [...bareAlphabet, ...bad], length: 4, long: 5 }],
  ["bare, cancelling what has settled", { ...bare, length: 4, long: 5, cancels: "all" }],
  ["scoped", { ...scoped, length: 5, long: 6 }],
  ["scoped, open", { ...scoped, start, length: 6, long: 7 }],
  ["scoped, open, overlapping", { ...scoped, start, length: 6, long: 7, overlapping: true }],
  ["scoped, limit 1", { ...scoped, length: 4, long: 5, limit: 1 }],
  ["scoped, limit 2", { ...scoped, length: 4, long: 5, limit: 2 }],
  [
    "scoped, opened twice",
    { ...scoped, alphabet: [...scopedAlphabet, ...answers], length: 4, long: 5, opens: 2 },
  ],
  [
    "scoped, signals that have aborted",
    { ...scoped, alphabet: [...scopedAlphabet, ...refused], length: 4, long: 5 },
  ],
  [
    "scoped, a conversation",
    { ...scoped, alphabet: [...talk, "c.return", "body.return"], start, length: 6, long: 7 },
  ],
  ["scoped, who speaks first", { ...scoped, alphabet: [...first, ...toFirst], length: 5 }],
  [
    "scoped, leaving",
    {
      alphabet: [...leaving, "s.next", "s.put", "s.send", "abort", "body.return", "body.unwind"],
      start,
      scoped: true,
      length: 7,
      long: 8,
      cancels: "none",
    },
  ],
  [
    "scoped, the body's own end",
    { ...scoped, alphabet: [...scopedAlphabet, ...endings, ...bad], length: 4, long: 5 },
  ],
  ["scoped, cancelling what has settled", { ...scoped, length: 4, long: 5, cancels: "all" }],
];

test.each(scopes)("%s", async (name, scope) => {
  const { length: usual, long = usual, overlapping = false } = scope;
  const length = byScope({ part: usual - 1, usual, long });
  const result = await compareAll(sequences({ ...scope, length }), { overlapping });
  const compared = result.compared.toLocaleString("en");
  console.info(`${name}, up to ${length} calls: ${compared} sequences compared`);
  if (result.failures.size > 0) expect.fail(summary(result));
  expect(result.compared).toBeGreaterThan(100);
});
