/** All sequences of a stream's calls of small scope, on the library and on the model. */
import { expect, test } from "vitest";

import { byScope } from "../support/scope.ts";
import { summary } from "./compare.ts";
import { compareStreams } from "./stream-compare.ts";
import { sequences, type StreamScope, type StreamStep } from "./stream-calls.ts";

const longer = byScope({ part: -1, usual: 0, long: 1 });

const start: StreamStep[] = ["open"];
const asked: StreamStep[] = ["open", "r.next"];
const endings: StreamStep[] = ["r.throw", "r.return", "w.throw", "w.return", "abort"];
const body: StreamStep[] = ["body.return", "body.throw", "body.unwind"];
const lent: StreamStep[] = ["r.receive", "pull", "quit"];
const late: StreamStep[] = ["source.item", "source.end", "source.error"];
const inner = ["r.next", "r.return", "r.throw", "w.send", "w.return", "abort"] as const;
const calling = inner.flatMap((step): StreamStep[] => [
  `w.calling(${step})`,
  `w.failing, calling(${step})`,
  `w.barren, calling(${step})`,
]);
const scoped = true;
const overlapping = true;
const wide = true;

const ones: StreamStep[] = ["r.next", "r.read(2)", "w.send", "w.put", ...endings];
const many: StreamStep[] = ["r.next", "r.read(2)", "r.read", "w.send", "w.array", "w.empty"];

/** `wide`: of so many letters that even the longest scope of the tests tries no longer sequences. */
type Named = StreamScope & { overlapping?: boolean; wide?: boolean };

const scopes: [name: string, scope: Named][] = [
  [
    "before the writer is there",
    { alphabet: ["open", "r.next", "r.read(0)", "r.receive", ...endings], length: 5 },
  ],
  ["by ones", { alphabet: ones, start, length: 6 }],
  ["by ones, overlapping", { alphabet: ones, start, length: 6, overlapping }],
  ["by ones, limit 1", { alphabet: ones, start, length: 5, limit: 1 }],
  ["by many", { alphabet: [...many, "r.receive", "w.return"], start, length: 6 }],
  ["by many, overlapping", { alphabet: [...many, "w.throw"], start, length: 6, overlapping }],
  [
    "lent iterators",
    { alphabet: ["r.next", ...lent, "w.send", "w.array", "w.lent"], start, length: 6 },
  ],
  [
    "lent iterators of ended streams",
    { alphabet: [...lent, "w.put", "w.lent", ...endings], start, length: 6 },
  ],
  [
    "sync sources",
    {
      alphabet: ["r.next", "r.read(2)", ...lent, "w.lent", "w.failing", "w.return"],
      start: asked,
      length: 6,
    },
  ],
  [
    "sync sources, overlapping",
    {
      alphabet: ["r.next", "r.read(2)", "w.send", "w.lent", "w.failing", ...endings],
      start: asked,
      length: 6,
      overlapping,
    },
  ],
  [
    "async sources",
    {
      alphabet: ["r.next", "r.read(2)", ...lent, "w.async", "w.failing async", "w.return"],
      start: asked,
      length: 6,
    },
  ],
  [
    "async sources, overlapping",
    {
      alphabet: [
        "r.next",
        "r.read(2)",
        "w.async",
        "w.failing async",
        "w.send",
        "w.put",
        "w.return",
        "w.throw",
      ],
      start: asked,
      length: 6,
      cancels: "none",
      overlapping,
    },
  ],
  [
    "sources that are closed",
    {
      alphabet: ["r.next", "w.lent", "w.stubborn", "w.stubborn async", "w.send", ...endings],
      start: asked,
      length: 6,
    },
  ],
  [
    "late sources",
    {
      alphabet: ["r.next", "r.read(2)", "r.receive", "pull", ...late, "w.send"],
      start: [...asked, "w.late"],
      length: 7,
    },
  ],
  [
    "late sources that are closed",
    {
      alphabet: ["r.next", ...late, "w.stubborn late", ...endings],
      start: [...asked, "w.stubborn late"],
      length: 7,
    },
  ],
  [
    "sources that call",
    {
      wide,
      alphabet: ["r.next", "r.read(2)", "r.receive", "pull", "w.send", ...calling],
      start,
      length: 5,
    },
  ],
  [
    "sources that call, lent",
    {
      alphabet: [...lent, "r.next", "w.send", "w.calling(r.next)", "w.failing, calling(r.next)"],
      start,
      length: 6,
    },
  ],
  [
    "sources that call, overlapping",
    {
      wide,
      alphabet: ["r.next", "r.read(2)", "w.send", ...calling],
      start: asked,
      length: 5,
      overlapping,
    },
  ],
  [
    "scoped, sources that call",
    {
      scoped,
      wide,
      alphabet: ["r.next", "r.receive", "pull", "w.send", "r.return", ...calling, "body.return"],
      start: asked,
      length: 5,
    },
  ],
  [
    "signals that have aborted",
    {
      alphabet: [
        "refused:r.read(2)",
        "refused:r.receive",
        "refused:w.send",
        "refused:w.put",
        "refused:w.lent",
        "r.read(2)",
        "w.send",
      ],
      start,
      length: 5,
    },
  ],
  [
    "cancelling what has settled",
    {
      alphabet: ["r.next", "r.read(2)", "r.receive", "w.send", "w.put", "w.lent"],
      start,
      length: 5,
      cancels: "all",
    },
  ],
  [
    "what a cancelled read puts back",
    {
      alphabet: ["r.next", "r.read(2)", "r.receive", "pull", "w.send", "w.lent"],
      start: ["open", "r.read(2)", "w.send", "abort(2)"],
      length: 8,
    },
  ],
  [
    "a lent iterator that has ended",
    {
      alphabet: ["r.next", "r.read(2)", "source.item", "pull"],
      start: ["open", "r.receive", "w.late", "source.item"],
      length: 9,
    },
  ],
  [
    "scoped, by ones",
    {
      scoped,
      alphabet: ["r.next", "r.read(2)", "w.send", "w.put", "r.return", "r.throw", "abort", ...body],
      start: asked,
      length: 6,
    },
  ],
  [
    "scoped, overlapping",
    {
      scoped,
      alphabet: ["r.next", "w.send", "w.put", "r.return", "r.throw", ...body],
      start: asked,
      length: 6,
      overlapping,
    },
  ],
  [
    "scoped, before the body runs",
    {
      scoped,
      alphabet: ["open", "r.next", "r.receive", "r.throw", "r.return", "abort", ...body],
      length: 5,
    },
  ],
  [
    "scoped, leaving",
    {
      scoped,
      alphabet: ["r.next", "r.return", "w.send", "w.array", ...body, "w.return"],
      start: asked,
      length: 7,
      cancels: "none",
    },
  ],
  [
    "scoped, sources",
    {
      scoped,
      alphabet: ["r.next", "r.return", "w.lent", "w.stubborn", "w.stubborn async", ...body],
      start: asked,
      length: 6,
    },
  ],
  [
    "scoped, late sources",
    {
      scoped,
      alphabet: ["r.next", "r.return", "r.throw", "abort", ...late, ...body],
      start: [...asked, "w.late"],
      length: 7,
    },
  ],
];

test.each(scopes)("%s", async (name, scope) => {
  const length = scope.length + (scope.wide ? Math.min(longer, 0) : longer);
  const result = await compareStreams(sequences({ ...scope, length }), scope);
  const compared = result.compared.toLocaleString("en");
  console.info(`${name}, up to ${length} calls: ${compared} sequences compared`);
  if (result.failures.size > 0) expect.fail(summary(result));
  expect(result.compared).toBeGreaterThan(100);
});
