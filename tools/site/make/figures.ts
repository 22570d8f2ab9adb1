/** What was measured, in figures: of the last full benchmark, or else as the project's pages state it. */

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

const texts = {
  "one way": "the time of a native async generator, one way",
  "two ways": "the time of a native async generator, in a conversation",
  "delegation at depth 10":
    "the time of ten levels of yield*: a server end is passed down at no cost",
};

export function figures(): Figures {
  return measured() ?? documented() ?? { figures: [], source: "", plot: "" };
}

function measured(): Figures | undefined {
  const all = results();
  const result = all?.results.find(({ runtime }) => runtime.includes("Node 24")) ?? all?.results[0];
  if (!all || !result) return undefined;
  const rows: [string, string, string | number][] = [
    [texts["one way"], "one-way", "integers"],
    [texts["two ways"], "two-way", "round trip"],
    [texts["delegation at depth 10"], "delegation", 10],
  ];
  const found = rows.flatMap(([text, workload, parameter]): Figure[] => {
    const ratio = find(result, workload, "ours", parameter)?.ratio?.median;
    return ratio === undefined ? [] : [{ value: short(ratio), text }];
  });
  if (found.length === 0) return undefined;
  const oneWay = result.rows.filter(
    (row) => row.workload === "one-way" && row.parameter === "integers",
  );
  return {
    figures: found,
    source: `${result.runtime}, ${all.machine}, ${all.date}${all.quick ? ", in a quick run" : ""}`,
    plot: ratioPlot(oneWay, titleOfContender),
  };
}

/** From the benchmark's own page: the row of Node 24 in the table of runtimes. */
function documented(): Figures | undefined {
  const lines = readFileSync(`${project}bench/README.md`, "utf8").split("\n");
  const cells = (line = "") => line.split("|").map((cell) => cell.trim());
  const row = lines.findIndex((line) => line.startsWith("| Node 24 |"));
  const head = lines.findLastIndex((line, index) => index < row && line.includes("| one way |"));
  if (row === -1 || head === -1) return undefined;
  const found = Object.entries(texts).flatMap(([name, text]): Figure[] => {
    const value = cells(lines[row])[cells(lines[head]).indexOf(name)]?.split(" ")[0];
    return value === undefined ? [] : [{ value: `${value} ×`, text }];
  });
  return { figures: found, source: "Node 24, as the benchmark's page states it", plot: "" };
}

/** Two digits: more are noise. */
function short(ratio: number): string {
  return `${ratio < 1 ? ratio.toFixed(2) : ratio.toFixed(1)} ×`;
}
