/** What the project has set out to show, and whether it does. */

import type { Result } from "../measure/results.ts";
import type { CountRow, Row } from "../measure/row.ts";

export interface Limit {
  readonly text: string;
  readonly limit: number;
  /** Counts are exact; all else is at most the limit. */
  readonly exact?: true;
  /** Which row it is about, if it is about one. */
  readonly row?: Pick<Row, "workload" | "contender" | "parameter">;
  /** `undefined` where it was not measured. */
  value(result: Result): number | undefined;
}

const ends = { ours: "server()", "ours-serve": "serve()" };
const million = 1_000_000;

export const limits: readonly Limit[] = [
  ...each((name, end) => ratio("one-way", name, "integers", `one way, integers, ${end}`, 1.25)),
  ...each((name, end) => ratio("one-way", name, "objects", `one way, objects, ${end}`, 1.1)),
  ...each((name, end) => ratio("two-way", name, "round trip", `two ways, ${end}`, 1.25)),
  ratio("delegation", "ours", 10, "delegation at depth 10, to `yield*`", 0.15),
  ratio("delegation", "ours", "10, against 0", "delegation at depth 10, to depth 0", 1.1),
  ratio("fan-out", "ours", 1000, "into 1,000 channels, each item", 1.7),
  ratio("batches", "ours-lent", million, "lent iterators, 1,000,000 items, to a plain loop", 2.5),
  ratio("batches", "ours-arrays", million, "read(1000) of a written iterable, to a plain loop", 4),
  ratio("joined", "ours-arrays", 1000, "single sends joined into read(1000)", 0.5),
  ratio("batches", "ours-singles", million, "stream items one by one, `for await`", 0.5),
  ...each((name, end) => ratio("create", name, "life", `create, one item, close, ${end}`, 2.2)),
  ratio("signal", "ours", "one signal", "a `signal` on every send, to none", 2),
  {
    text: "cancelling one of 10^6 waiting calls, to one of 10^3",
    limit: 2,
    value: (result) =>
      divide(
        find(result, "cancel", "ours", million)?.cost,
        find(result, "cancel", "ours", 1000)?.cost,
      ),
  },
  ...each((name, end) => ({
    text: `after a full collection, to before, ${end}`,
    limit: 1.2,
    value: (result: Result) =>
      divide(
        find(result, "garbage-collected", name, "after")?.ratio,
        find(result, "garbage-collected", name, "before")?.ratio,
      ),
  })),
  ...["one-way", "two-way"].flatMap((workload) =>
    each((name, end) => [
      count(workload, name, "promises", end),
      count(workload, name, "jobs", end),
      count(workload, name, "turns", end),
      {
        text: `${workload}, bytes of each hand-over, ${end}`,
        limit: 1140,
        value: (result: Result) => findCounts(result, workload, name)?.bytes,
      },
    ]).flat(),
  ),
];

export function missed(result: Result): Limit[] {
  return limits.filter((limit) => {
    const value = limit.value(result);
    return value !== undefined && !isMet(limit, value);
  });
}

export function isMet({ limit, exact }: Limit, value: number): boolean {
  return exact ? value === limit : value <= limit;
}

function each<T>(make: (name: string, end: string) => T): T[] {
  return Object.entries(ends).map(([name, end]) => make(name, end));
}

function ratio(
  workload: string,
  contender: string,
  parameter: Row["parameter"],
  text: string,
  limit: number,
): Limit {
  return {
    text,
    limit,
    row: { workload, contender, parameter },
    value: (result) => find(result, workload, contender, parameter)?.ratio?.median,
  };
}

function count(
  workload: string,
  contender: string,
  what: "promises" | "jobs" | "turns",
  end: string,
): Limit {
  return {
    text: `${workload}, ${what} of each hand-over, ${end}`,
    limit: 2,
    exact: true,
    value: (result) => findCounts(result, workload, contender)?.counts[what],
  };
}

export function find(
  { rows }: Result,
  workload: string,
  contender: string,
  parameter: Row["parameter"],
): Row | undefined {
  return rows.find(
    (row) =>
      row.workload === workload && row.contender === contender && row.parameter === parameter,
  );
}

function findCounts({ counts }: Result, workload: string, contender: string): CountRow | undefined {
  return counts.find((row) => row.workload === workload && row.contender === contender);
}

function divide(one?: { median: number }, other?: { median: number }): number | undefined {
  return one && other && one.median / other.median;
}
