/** The tests of near ends that far ends fail, as they must: each for one of the seven differences of `docs/far-ends.md`. */
import { afterAll, beforeEach, expect, type TestContext } from "vitest";

/**
 * A number of `docs/far-ends.md`; or "body", which is no difference of far ends: the test holds a server end outside of a body,
 * or serves when the client has gone, and with near bodies, too, it fails. `bodies.test.ts` shows it.
 */
type Reason = "F1" | "F2" | "F3" | "F4" | "F5" | "F6" | "F7" | "body";

export type Deviation = readonly [Reason, RegExp];

export function fullName(task: TestContext["task"]): string {
  const names = [task.name];
  for (let { suite } = task; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
  return names.join(" > ");
}

/** In this file, the tests whose names match fail, and each pattern has its test. */
export function deviations(list: readonly Deviation[]): void {
  const met = new Set<RegExp>();
  beforeEach(({ task }) => {
    const name = fullName(task);
    const found = list.find(([, pattern]) => pattern.test(name));
    if (found === undefined) return;
    met.add(found[1]);
    (task as { fails?: boolean }).fails = true;
  });
  afterAll(() => {
    expect(list.filter(([, pattern]) => !met.has(pattern))).toEqual([]);
  });
}
