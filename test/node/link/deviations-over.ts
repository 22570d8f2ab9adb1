/** With `?over`, what `test/link/deviations.ts` is without. */
import { afterEach } from "vitest";

import { type Deviation, deviationOf, fails, hasFailed } from "../../link/deviations.ts";

/** What deviates since frames take their time. */
const inTime: readonly Deviation[] = [
  ["F2", /the model > agrees for all sequences/],
  ["F2", /keeps the lanes of one routine at work at the same time/],
  ["F2", /s4wave\/goscript#180: does not consume several channels/],
];

/**
 * Which answers come first is another thing with each transport, and what deviates by reference may not deviate here. Nothing
 * else does.
 */
export function deviations(list: readonly Deviation[]): void {
  const known = [...list, ...inTime];
  afterEach(({ task }) => {
    if (hasFailed(task) && deviationOf(task, known) !== undefined) fails(task);
  });
}
