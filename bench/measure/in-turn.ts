import { cpuTime } from "./cpu-time.ts";
import type { Run } from "./run.ts";
import { spread } from "./spread.ts";
import type { Spread } from "./spread.ts";

/** How much is done for a figure. */
export interface Effort {
  readonly rounds: number;
  /** How long one run takes, in milliseconds of processor time. */
  readonly runTime: number;
  /** In how many processes our own channels are measured, since processes differ more than rounds do. */
  readonly processes: number;
}

export const full: Effort = { rounds: 9, runTime: 20, processes: 3 };
export const quick: Effort = { rounds: 3, runTime: 12, processes: 1 };

/** What a contender costs, next to its control. */
export interface Comparison {
  /** The contender's cost divided by the control's, of each round. */
  readonly ratios: readonly number[];
  /** Nanoseconds of the contender, for each item. */
  readonly cost: Spread;
  readonly controlCost: Spread;
}

/** Optimising takes longer than some runs: nobody is timed before as much has gone by. */
const WARM_UP_ROUNDS = 6;
const MOST_WARM_UP_SECONDS = 2;
const MOST_SECONDS = 8;
const MOST_ITEMS = 5_000_000;

/**
 * Runs the control and the contender in turn, in this process, so that both see the same machine.
 *
 * @param least How many items there must be at least for a run to be what it is meant to be.
 */
export async function inTurn(
  control: Run,
  contender: Run,
  { rounds, runTime }: Effort,
  least = 1,
  most = MOST_ITEMS,
): Promise<Comparison> {
  const begun = performance.now();
  const controlCount = await countFor(control, runTime, least, most);
  const count = await countFor(contender, runTime, least, most);
  const ratios: number[] = [];
  const costs: number[] = [];
  const controlCosts: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    let cost = 0;
    // Whoever runs second inherits the garbage of the other: they take turns at that, too.
    if (round % 2 === 0) cost = await timed(contender, count);
    const controlCost = await timed(control, controlCount);
    if (round % 2 !== 0) cost = await timed(contender, count);
    const warmingUp = round < 0;
    if (warmingUp && performance.now() - begun > MOST_WARM_UP_SECONDS * 1000) round = -1;
    if (!warmingUp) {
      ratios.push(cost / controlCost);
      costs.push(cost);
      controlCosts.push(controlCost);
    }
    if (ratios.length > 0 && performance.now() - begun > MOST_SECONDS * 1000) break;
  }
  return { ratios, cost: spread(costs), controlCost: spread(controlCosts) };
}

/** Nanoseconds of processor time for each of `count` items. */
export async function timed(run: Run, count: number): Promise<number> {
  const before = cpuTime();
  await run(count);
  return (cpuTime() - before) / count;
}

/** How many items take about `milliseconds`: found by doubling, which is the warm-up as well. */
async function countFor(
  run: Run,
  milliseconds: number,
  least: number,
  most: number,
): Promise<number> {
  for (let count = Math.max(least, Math.min(200, most)); ;) {
    const spent = ((await timed(run, count)) * count) / 1e6;
    if (spent >= milliseconds / 2 || count >= most) {
      const wanted = Math.round((count * milliseconds) / Math.max(spent, 0.001));
      return Math.min(most, Math.max(least, wanted));
    }
    count = Math.min(most, count * (spent < milliseconds / 8 ? 4 : 2));
  }
}
