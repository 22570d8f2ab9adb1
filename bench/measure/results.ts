import { availableParallelism, cpus, platform, release, totalmem } from "node:os";

import type { ProfileLine } from "./profile.ts";
import type { CountRow, Row } from "./row.ts";

/** All that was measured of one build on one runtime. */
export interface Result {
  readonly runtime: string;
  readonly build: string;
  readonly rows: Row[];
  readonly counts: CountRow[];
  /** Of the limits that are missed, by their texts. */
  readonly profiles: Record<string, readonly ProfileLine[]>;
  readonly failures: string[];
}

/** What was measured, where and when. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly quick: boolean;
  readonly results: readonly Result[];
}

/** `2 x AMD EPYC, 8 GB, linux 6.1` */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} x ${model}, ${memory} GB, ${platform()} ${release()}`;
}
