/** Counts that do not depend on the machine: what a hand-over takes of promises, microtask jobs and turns. */

// Deno has the hooks by this way only.
import v8 from "node:v8";

import type { Run } from "./run.ts";

export interface Counts {
  /** Promises made. Those that `await` makes only while somebody looks are left out. */
  readonly promises: number;
  /** Reactions that the engine's microtask queue ran. */
  readonly jobs: number;
  /** How often a loop of `await null` came round meanwhile; `undefined` for what does not live by microtasks alone. */
  readonly turns: number | undefined;
}

const FEW = 100;
const MANY = 600;

/** What each further item costs: the difference of two runs, so that opening and closing cancel out. */
export async function countsPerItem(run: Run, microtasksOnly = true): Promise<Counts> {
  const few = await promisesAndJobs(run, FEW);
  const many = await promisesAndJobs(run, MANY);
  let turns: number | undefined;
  if (microtasksOnly) turns = perItem(await turnsOf(run, FEW), await turnsOf(run, MANY));
  return {
    promises: perItem(few.promises, many.promises),
    jobs: perItem(few.jobs, many.jobs),
    turns,
  };
}

function perItem(few: number, many: number): number {
  return (many - few) / (MANY - FEW);
}

async function promisesAndJobs(
  run: Run,
  count: number,
): Promise<{ promises: number; jobs: number }> {
  let promises = 0;
  let jobs = 0;
  // A promise with a parent is made by `then`, or else by an `await` that is being looked at: only the former counts.
  const { then } = Promise.prototype;
  Reflect.set(Promise.prototype, "then", function (this: Promise<unknown>, ...reactions: never[]) {
    promises++;
    return Reflect.apply(then, this, reactions);
  });
  const stop = v8.promiseHooks.createHook({
    init(_promise, parent: Promise<unknown> | undefined) {
      if (parent === undefined) promises++;
    },
    before() {
      jobs++;
    },
  }) as () => void;
  try {
    await run(count);
  } finally {
    stop();
    Reflect.set(Promise.prototype, "then", then);
  }
  return { promises, jobs };
}

async function turnsOf(run: Run, count: number): Promise<number> {
  let turns = 0;
  let running = true;
  const ticker = (async () => {
    for (; running; turns++) await null;
  })();
  await run(count);
  running = false;
  await ticker;
  return turns;
}
