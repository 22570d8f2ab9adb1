import { collect } from "./collect.ts";
import type { Run } from "./run.ts";

const ITEMS = 20_000;
const WARM_UP_RUNS = 12;

/**
 * Bytes of heap that each item takes, garbage included. The new space must be large enough for a run without any
 * collection, and the code must be warm, since optimised code allocates less.
 */
export async function bytesPerItem(run: Run): Promise<number> {
  for (let i = 0; i < WARM_UP_RUNS; i++) await run(ITEMS);
  const growths: number[] = [];
  for (let i = 0; i < 5; i++) {
    // A collection throws away optimised code whose objects are all gone (see the workload garbage-collected).
    collect();
    await run(ITEMS);
    const before = process.memoryUsage().heapUsed;
    await run(ITEMS);
    growths.push((process.memoryUsage().heapUsed - before) / ITEMS);
  }
  return growths.toSorted((a, b) => a - b)[2] ?? Number.NaN;
}
