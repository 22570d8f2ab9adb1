import type { Counts } from "./counts.ts";
import type { Spread } from "./spread.ts";

/** One figure of the report. */
export interface Row {
  readonly workload: string;
  readonly contender: string;
  /** What was varied: a depth, a number of channels, a kind of item. */
  readonly parameter: number | string;
  /** What the ratio is to. */
  readonly control?: string;
  readonly ratio?: Spread;
  /** Nanoseconds for each item, or bytes for each object, as the workload has it. */
  readonly cost: Spread;
  readonly controlCost?: Spread;
}

/** What is counted rather than timed. */
export interface CountRow {
  readonly workload: string;
  readonly contender: string;
  readonly counts: Counts;
  readonly bytes: number;
}
