import type { Effort } from "./in-turn.ts";
import type { Row } from "./row.ts";

/** Something that users do with channels, and how to measure it. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What is measured, and against what: a sentence for the report. */
  readonly text: string;
  readonly unit: "ns" | "bytes";
  /** Set where it is no question how far a producer runs ahead: it is what is varied, or nothing can make it wait. */
  readonly unpaced?: true;
  /** Who takes part. */
  readonly contenders: readonly string[];
  /** Whether promises, jobs, turns and bytes are counted, too. */
  readonly counted?: true;
  /** What a row was measured by, to be looked at more closely. */
  rerun?(contender: string, parameter: Row["parameter"]): Promise<() => unknown>;
  /** Measures one contender, in a process of its own. */
  measure(contender: string, effort: Effort): Promise<Row[]>;
}
