/** The pictures of the benchmark's page, drawn from its results where a run has left some. */

import type { Row } from "../../../bench/measure/row.ts";
import { described, titleOfContender as titleOf } from "./described.ts";
import { results } from "./figures.ts";
import { costPlot, ratioPlot } from "./plots.ts";

/** As Markdown, to follow the benchmark's own page. */
export function benchmarkPictures(): string {
  const all = results();
  if (!all) return "";
  const parts = all.results.flatMap(({ runtime, rows }) => [
    `## In pictures: ${runtime}`,
    `Measured on ${all.date}, on ${all.machine}${all.quick ? ", in a quick run, whose figures stray" : ""}. Ratios to the control, which stands at 1; a bar spans the middle half of the rounds.`,
    ...[...new Set(rows.map(({ workload }) => workload))].flatMap((workload) =>
      picturesOf(
        workload,
        rows.filter((row) => row.workload === workload),
      ),
    ),
  ]);
  return `\n${parts.join("\n\n")}\n`;
}

function picturesOf(workload: string, rows: readonly Row[]): string[] {
  const { title, text } = described("workloads", workload);
  const parameters = [...new Set(rows.map(({ parameter }) => parameter))];
  const numbers = parameters.filter((parameter) => typeof parameter === "number");
  const pictures: string[] = [];
  if (numbers.length > 2) pictures.push(costPlot(rows, titleOf, "ns or bytes each, by size"));
  else {
    for (const parameter of parameters) {
      const plot = ratioPlot(
        rows.filter((row) => row.parameter === parameter),
        titleOf,
      );
      if (plot === "") continue;
      if (parameters.length > 1) pictures.push(`**${parameter}**`);
      pictures.push(plot);
    }
  }
  return pictures.length === 0 ? [] : [`### ${title}`, text, ...pictures];
}
