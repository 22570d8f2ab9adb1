/** The pictures of the report, drawn by Observable Plot on a document of linkedom's. */

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

import type { Row } from "../measure/row.ts";
import { format } from "./limits-as-text.ts";

const { document } = parseHTML("<html><body></body></html>");

const WIDTH = 860;
const OURS = "#c2410c";
/** Of several that are ours. */
const SHADES = [OURS, "#ea8a4a", "#9a3412", "#be123c"];
const NATIVE = "#111827";
const OTHERS = [
  "#2563eb",
  "#0f766e",
  "#7c3aed",
  "#64748b",
  "#a16207",
  "#be185d",
  "#0891b2",
  "#4d7c0f",
  "#db2777",
  "#1e3a8a",
];
const style =
  "font: 13px system-ui, sans-serif; background: white; color: #374151; overflow: visible";

/** What the report calls a contender. */
export type Titles = (contender: string) => string;

/** The contenders of one workload on a logarithmic scale, the control at 1, with their spread. */
export function ratios(rows: readonly Row[], title: Titles, label: string): string {
  const shown = rows
    .filter(({ ratio, contender, control }) => ratio && contender !== control)
    .toSorted((a, b) => (a.ratio?.median ?? 0) - (b.ratio?.median ?? 0));
  const color = (row: Row): string => (row.contender.startsWith("ours") ? OURS : "#64748b");
  const y = (row: Row): string => title(row.contender);
  return svg({
    width: WIDTH,
    height: 60 + 24 * shown.length,
    marginLeft: 310,
    marginRight: 60,
    x: { type: "log", label, grid: true, tickFormat: (value) => `${value}` },
    y: { type: "band", label: null, domain: shown.map(y) },
    marks: [
      Plot.ruleX([1], { stroke: NATIVE }),
      Plot.link(shown, {
        x1: (row: Row) => row.ratio?.low,
        x2: (row: Row) => row.ratio?.high,
        y,
        stroke: color,
        strokeWidth: 4,
      }),
      Plot.dot(shown, { x: (row: Row) => row.ratio?.median, y, fill: color, r: 5 }),
      Plot.text(shown, {
        x: (row: Row) => row.ratio?.high,
        y,
        text: (row: Row) => format(row.ratio?.median ?? Number.NaN),
        dx: 10,
        textAnchor: "start",
        fill: color,
        fontWeight: (row: Row) => (row.contender.startsWith("ours") ? "bold" : "normal"),
      }),
    ],
  });
}

/** How the cost of some contenders goes with the parameter, both on logarithmic scales. */
export function costs(
  rows: readonly Row[],
  title: Titles,
  labels: { readonly x: string; readonly y: string },
): string {
  const points = rows
    .filter((row): row is Row & { parameter: number } => typeof row.parameter === "number")
    // A depth of 0 has no place on a logarithmic scale: it stands where one half would.
    .map(({ contender, parameter, cost }) => ({
      contender,
      x: parameter === 0 ? 0.5 : parameter,
      y: cost.median,
    }));
  const names = [...new Set(points.map(({ contender }) => contender))];
  const colors = new Map(names.map((name, i) => [name, colorOf(name, names.slice(0, i))]));
  const color = ({ contender }: { contender: string }): string => colors.get(contender) ?? NATIVE;
  const bold = ({ contender }: { contender: string }): number =>
    contender.startsWith("ours") || contender === "native" ? 3 : 1.5;
  const height = 440;
  const ys = points.map(({ y }) => y);
  const most = Math.max(...ys) * 1.1;
  // A range that is at least this wide shows as flat what is flat.
  const least = Math.min(Math.min(...ys) / 1.1, most / 20);
  const ends = names.flatMap(
    (name) => points.filter(({ contender }) => contender === name).at(-1) ?? [],
  );
  return svg({
    width: WIDTH,
    height,
    marginLeft: 80,
    marginRight: 260,
    marginBottom: 40,
    x: {
      type: "log",
      label: labels.x,
      labelAnchor: "center",
      ticks: [...new Set(points.map(({ x }) => x))],
      tickFormat: (value) => (value < 1 ? "0" : value.toLocaleString("en")),
    },
    y: {
      type: "log",
      label: labels.y,
      domain: [least, most],
      grid: true,
      ticks: 8,
      tickFormat: (value) => value.toLocaleString("en"),
    },
    marks: [
      Plot.line(points, { x: "x", y: "y", z: "contender", stroke: color, strokeWidth: bold }),
      Plot.dot(points, { x: "x", y: "y", fill: color, r: 3.5 }),
      Plot.text(apart(ends, most / least, height), {
        x: () => Math.max(...points.map(({ x }) => x)),
        y: "y",
        text: ({ contender }) => title(contender),
        fill: color,
        fontWeight: (end) => (bold(end) > 2 ? "bold" : "normal"),
        dx: 10,
        textAnchor: "start",
      }),
    ],
  });
}

/** One bar for each contender. */
export function bars(rows: readonly Row[], title: Titles, label: string): string {
  const shown = rows.toSorted((a, b) => a.cost.median - b.cost.median);
  const y = (row: Row): string => title(row.contender);
  return svg({
    width: WIDTH,
    height: 60 + 24 * shown.length,
    marginLeft: 310,
    marginRight: 60,
    x: { label, grid: true },
    y: { type: "band", label: null, domain: shown.map(y) },
    marks: [
      Plot.barX(shown, {
        x: (row: Row) => row.cost.median,
        y,
        fill: (row: Row) => (row.contender.startsWith("ours") ? OURS : "#94a3b8"),
      }),
      Plot.text(shown, {
        x: (row: Row) => row.cost.median,
        y,
        text: (row: Row) => format(row.cost.median),
        dx: 6,
        textAnchor: "start",
      }),
    ],
  });
}

/** Moves labels apart that would lie upon each other: each one a line's height above the last, at least. */
function apart<T extends { readonly y: number }>(
  ends: readonly T[],
  range: number,
  height: number,
): T[] {
  const least = range ** (17 / (height - 60));
  let below = 0;
  return ends
    .toSorted((a, b) => a.y - b.y)
    .map((end) => {
      below = Math.max(end.y, below * least);
      return { ...end, y: below };
    });
}

function colorOf(name: string, before: readonly string[]): string {
  if (name === "native") return NATIVE;
  const ours = before.filter((other) => other.startsWith("ours")).length;
  if (name.startsWith("ours")) return SHADES[ours % SHADES.length] ?? OURS;
  const others = before.filter((other) => other !== "native" && !other.startsWith("ours")).length;
  return OTHERS[others % OTHERS.length] ?? NATIVE;
}

function svg(options: Omit<Parameters<typeof Plot.plot>[0], "document">): string {
  const element = Plot.plot({ ...options, document });
  element.setAttribute("style", style);
  element.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return element.outerHTML;
}
