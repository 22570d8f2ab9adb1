/** The tests of near ends that far ends fail, as they must: each for one of the differences of `docs/far-ends.md`. */
import { afterAll, afterEach, beforeEach, expect, type TestContext } from "vitest";

type Task = TestContext["task"];

/**
 * A number of `docs/far-ends.md`; or "body", which is no difference of far ends: the test holds a server end outside of a body,
 * or serves when the client has gone, and with near bodies, too, it fails. `bodies.test.ts` shows it.
 */
type Reason = "F1" | "F2" | "F3" | "F4" | "F5" | "F6" | "F7" | "F8" | "body";

/** Why tests of such names fail; those of many random cases may find none that does. */
export type Deviation = readonly [Reason, RegExp, "seldom"?];

function fullName(task: Task): string {
  const names = [task.name];
  for (let { suite } = task; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
  return names.join(" > ");
}

export function deviationOf(task: Task, list: readonly Deviation[]): Deviation | undefined {
  const name = fullName(task);
  return list.find(([, pattern]) => pattern.test(name));
}

/** A test that has failed, or will, has to. */
export function fails(task: Task): void {
  (task as { fails?: boolean }).fails = true;
}

export function hasFailed({ result }: Task): boolean {
  return (result?.errors?.length ?? 0) > 0;
}

/** In this file, the tests whose names match fail, and each pattern has its test. */
export function deviations(list: readonly Deviation[]): void {
  const met = new Set<Deviation>();
  beforeEach(({ task }) => {
    const found = deviationOf(task, list);
    if (found === undefined) return;
    met.add(found);
    if (found[2] !== "seldom") fails(task);
  });
  afterEach(({ task }) => {
    if (deviationOf(task, list)?.[2] === "seldom" && hasFailed(task)) fails(task);
  });
  afterAll(() => {
    expect(list.filter((one) => !met.has(one))).toEqual([]);
  });
}
