import type { Effort } from "./in-turn.ts";
import type { Row } from "./row.ts";

/** Something that users do with channels, and how to measure it. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What is measured, and against what: a sentence for the report. */
  readonly text: string;
  readonly unit: "ns" | "bytes";
  /** Who takes part. */
  readonly contenders: readonly string[];
  /** Whether promises, jobs, turns and bytes are counted, too. */
  readonly counted?: true;
  /** Measures one contender, in a process of its own. */
  measure(contender: string, effort: Effort): Promise<Row[]>;
}
