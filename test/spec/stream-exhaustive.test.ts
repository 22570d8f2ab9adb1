/** All sequences of a stream's calls of small scope, on the library and on the model. */
import { expect, test } from "vitest";

import { summary } from "./compare.ts";
import { compareStreams } from "./stream-compare.ts";
import { sequences, type StreamScope, type StreamStep } from "./stream-calls.ts";
import { scope as testScope } from "../support/scope.ts";

const shift = { part: -1, usual: 0, long: 1 }[testScope];

const reading: StreamStep[] = ["r.next", "r.read(2)", "r.receive"];
const endings: StreamStep[] = ["r.throw", "r.return", "w.throw", "w.return"];

const scopes: [name: string, scope: StreamScope & { overlapping?: boolean }][] = [
  [
    "by ones",
    {
      alphabet: ["open", "r.next", "r.read(2)", "w.send", "w.put", ...endings, "abort"],
      length: 5,
    },
  ],
  [
    "all readings",
    {
      alphabet: [...reading, "r.read", "pull", "quit", "w.send", "w.array"],
      start: ["open"],
      length: 6,
    },
  ],
];

test.each(scopes)("%s", async (name, scope) => {
  const length = scope.length + shift;
  const { overlapping = false } = scope;
  const result = await compareStreams(sequences({ ...scope, length }), { overlapping });
  const compared = result.compared.toLocaleString("en");
  console.info(`${name}, up to ${length} calls: ${compared} sequences compared`);
  if (result.failures.size > 0) expect.fail(summary(result));
  expect(result.compared).toBeGreaterThan(1000);
});
