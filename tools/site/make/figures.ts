/** What was measured, in figures: of the last full benchmark. */

import { existsSync, readFileSync } from "node:fs";

import type { Results } from "../../../bench/measure/results.ts";
import { find } from "../../../bench/present/limits.ts";
import { titleOfContender } from "./described.ts";
import { project } from "./folders.ts";
import { ratioPlot } from "./plots.ts";

export interface Figure {
  readonly value: string;
  readonly text: string;
}

export interface Figures {
  readonly figures: readonly Figure[];
  /** Where and when. */
  readonly source: string;
  /** All contenders, one way, as a picture. */
  readonly plot: string;
}

/** The one that is kept comes before one that was made here and now. */
const FILES = ["bench/results.json", "bench/report/results.json"];

export function results(): Results | undefined {
  const file = FILES.find((path) => existsSync(project + path));
  return file === undefined
    ? undefined
    : (JSON.parse(readFileSync(project + file, "utf8")) as Results);
}

const rows: [string, string, string | number][] = [
  ["the time of a native async generator, one way", "one-way", "integers"],
  ["the time of a native async generator, in a conversation", "two-way", "round trip"],
  ["the time of ten levels of yield*: a server end is passed down at no cost", "delegation", 10],
];

export function figures(): Figures {
  const all = results();
  const result = all?.results.find(({ runtime }) => runtime.includes("Node 24")) ?? all?.results[0];
  if (!all || !result) return { figures: [], source: "", plot: "" };
  const found = rows.flatMap(([text, workload, parameter]): Figure[] => {
    const ratio = find(result, workload, "ours", parameter)?.ratio?.median;
    return ratio === undefined ? [] : [{ value: short(ratio), text }];
  });
  const oneWay = result.rows.filter(
    (row) => row.workload === "one-way" && row.parameter === "integers",
  );
  return {
    figures: found,
    source: `${result.runtime}, ${all.machine}, ${all.date}${all.quick ? ", in a quick run" : ""}`,
    plot: ratioPlot(oneWay, titleOfContender),
  };
}

/** Two digits: more are noise. */
function short(ratio: number): string {
  return `${ratio < 1 ? ratio.toFixed(2) : ratio.toFixed(1)} ×`;
}
