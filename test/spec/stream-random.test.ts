/** Long random sequences of a stream's calls, with small limits, shrunk to the shortest that differs. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { byScope } from "../support/scope.ts";
import { summary } from "./compare.ts";
import { compareStreams } from "./stream-compare.ts";
import {
  applyTo,
  possible,
  run,
  type StreamCase,
  type StreamSequence,
  type StreamStep,
} from "./stream-calls.ts";
import { StreamModel } from "./stream-model.ts";

const runs = byScope({ part: 300, usual: 2000, long: 50_000 });

const reads: StreamStep[] = ["r.next", "r.read", "r.read(2)", "r.read(0)"];
const loans: StreamStep[] = ["r.receive", "pull", "pull", "quit"];
const writes: StreamStep[] = [
  "w.send",
  "w.put",
  "w.array",
  "w.empty",
  "w.lent",
  "w.failing",
  "w.stubborn",
];
const async: StreamStep[] = [
  "w.async",
  "w.failing async",
  "w.stubborn async",
  "w.late",
  "w.stubborn late",
];
const answers: StreamStep[] = ["source.item", "source.item", "source.end", "source.error"];
const endings: StreamStep[] = ["r.throw", "r.return", "w.return", "w.throw", "abort"];
const body: StreamStep[] = ["body.return", "body.throw", "body.unwind"];

interface Wish {
  readonly step: StreamStep;
  /** Which of the calls that can be cancelled, where the step is one that cancels. */
  readonly which: number;
}

/** Endings are rare, so that long streams come about; what cannot be called is left out. */
const wish = (often: readonly StreamStep[], rare: readonly StreamStep[]): fc.Arbitrary<Wish> => {
  const step = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...often) },
    { weight: 3, arbitrary: fc.constant("abort(0)" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...rare) },
  );
  return fc.record({ step, which: fc.nat(5) });
};

/** Up to where the contract leaves two ways open. */
function sequenceOf(wishes: readonly Wish[], scope: StreamCase["scope"]): StreamSequence {
  let model = new StreamModel(scope);
  const sequence: StreamStep[] = [];
  for (const { step, which } of wishes) {
    let next: StreamStep = step;
    if (step === "abort(0)") {
      const cancels = model.calls.map((_, i): StreamStep => `abort(${i + 1})`);
      const open = cancels.filter((cancel) => possible(model, cancel));
      const chosen = open[which % Math.max(open.length, 1)];
      if (chosen === undefined) continue;
      next = chosen;
    }
    if (!possible(model, next) || (next === "abort" && sequence.includes("abort"))) continue;
    applyTo(model, next);
    if (model.unspecified === undefined) sequence.push(next);
    else ({ model } = run(sequence, scope));
  }
  return sequence;
}

const together = [...reads, ...writes];
const all = [...together, ...loans, ...async, ...answers];

test.each([
  ["bare", false, false, all, endings],
  ["bare, overlapping", false, true, together, endings],
  ["scoped", true, false, all, [...endings, ...body]],
  ["scoped, overlapping", true, true, together, [...endings, ...body]],
])("random sequences, %s", async (_, scoped, overlapping, often, rare) => {
  const start = fc.constantFrom<StreamStep[]>(
    ["open", "r.next"],
    ["r.read(2)", "open"],
    ["r.receive", "open"],
  );
  const wishes = fc.array(wish(often, rare), { maxLength: 40 });
  const limits = fc.integer({ min: 1, max: 5 });
  const property = fc.asyncProperty(start, wishes, limits, async (first, rest, limit) => {
    const scope = { scoped, limit };
    const steps = [...first.map((step) => ({ step, which: 0 })), ...rest];
    const result = await compareStreams([run(sequenceOf(steps, scope), scope)], { overlapping });
    if (result.failures.size > 0) expect.fail(summary(result));
  });
  await fc.assert(property, { numRuns: runs });
});
