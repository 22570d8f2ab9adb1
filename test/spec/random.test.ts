/** Long random sequences of calls, with small limits, shrunk to the shortest that differs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  applyTo,
  bareAlphabet,
  type Case,
  possible,
  run,
  scopedAlphabet,
  type Sequence,
  type Step,
} from "./calls.ts";
import { compareAll, summary } from "./compare.ts";
import { Model } from "./model.ts";
import { byScope } from "../support/scope.ts";

const runs = byScope({ part: 300, usual: 2000, long: 20_000 });

interface Wish {
  readonly step: Step;
  /** Which of the calls that can be cancelled, where the step is one that cancels. */
  readonly which: number;
}

const variants: Step[] = ["c.answer", "c.send()", "c.put()", "s.answer", "s.send()", "s.put()"];
const starts: Step[][] = [
  [],
  ["open", "c.next"],
  ["c.receive", "open"],
  ["c.send", "open", "s.receive"],
  ["open", "c.put", "s.next"],
];

/** Endings are rare, so that long conversations come about; what cannot be called is left out. */
const wish = (alphabet: readonly Step[]): fc.Arbitrary<Wish> => {
  const rare = alphabet.filter((step) => /throw|return|unwind|^abort/.test(step));
  const often = alphabet.filter((step) => !rare.includes(step));
  const step = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...often, ...variants) },
    { weight: 3, arbitrary: fc.constant("abort(0)" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...rare) },
  );
  return fc.record({ step, which: fc.nat(5) });
};

function sequenceOf(wishes: readonly Wish[], scope: Case["scope"]): Sequence {
  const model = new Model(scope);
  const sequence: Step[] = [];
  for (const { step, which } of wishes) {
    let next: Step = step;
    if (step === "abort(0)") {
      const cancels = model.calls.map((_, i): Step => `abort(${i + 1})`);
      const open = cancels.filter((cancel) => possible(model, cancel));
      const chosen = open[which % Math.max(open.length, 1)];
      if (chosen === undefined) continue;
      next = chosen;
    }
    if (!possible(model, next) || (next === "abort" && sequence.includes("abort"))) continue;
    sequence.push(next);
    applyTo(model, next);
  }
  return sequence;
}

test.each([
  ["bare", false, false],
  ["bare, overlapping", false, true],
  ["scoped", true, false],
  ["scoped, overlapping", true, true],
])("random sequences, %s", async (_, scoped, overlapping) => {
  const start = fc.constantFrom(...starts);
  const wishes = fc.array(wish(scoped ? scopedAlphabet : bareAlphabet), {
    maxLength: 60,
    size: "max",
  });
  const property = fc.asyncProperty(
    start,
    wishes,
    fc.integer({ min: 1, max: 5 }),
    async (first, rest, limit) => {
      const scope = { scoped, limit };
      const all = [...first.map((step) => ({ step, which: 0 })), ...rest];
      const result = await compareAll([run(sequenceOf(all, scope), scope)], { overlapping });
      if (result.failures.size > 0) expect.fail(summary(result));
    },
  );
  await fc.assert(property, { numRuns: runs });
});
