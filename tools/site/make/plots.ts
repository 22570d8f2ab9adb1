/** Pictures of figures, as SVG that takes its colours from the page, light or dark. */

import type { Row } from "../../../bench/measure/row.ts";
import type { Spread } from "../../../bench/measure/spread.ts";

const WIDTH = 740;
const LINE = 24;
const LEFT = 312;
const RIGHT = 56;
/** Where lines end, and the names of their contenders begin. */
const PLOT_RIGHT = WIDTH - 300;

/** What a contender is called. */
export type Titles = (contender: string) => string;

interface Bar {
  readonly name: string;
  readonly ours: boolean;
  readonly spread: Spread;
}

/** Contenders next to their control, which is at 1, on a logarithmic scale: a dot for the median, a bar for the middle half. */
export function ratioPlot(rows: readonly Row[], title: Titles): string {
  const bars = rows
    .filter(({ contender, control, ratio }) => ratio && contender !== control)
    .map(({ contender, ratio }): Bar => ({
      name: title(contender),
      ours: contender.startsWith("ours"),
      spread: ratio!,
    }))
    .toSorted((a, b) => a.spread.median - b.spread.median);
  if (bars.length === 0) return "";

  const values = bars.flatMap(({ spread }) => [spread.low, spread.high]);
  const x = logarithmic([Math.min(...values, 0.9), Math.max(...values, 1.2)], LEFT, WIDTH - RIGHT);
  const height = bars.length * LINE + 30;
  const grid = x.ticks.map(
    (tick) =>
      `<line class="${tick === 1 ? "one" : "grid"}" x1="${at(x.of(tick))}" x2="${at(x.of(tick))}" y1="4" y2="${height - 24}"/>` +
      `<text class="tick" x="${at(x.of(tick))}" y="${height - 8}" text-anchor="middle">${short(tick)}</text>`,
  );
  const shown = bars.map(({ name, ours, spread }, index) => {
    const y = index * LINE + LINE / 2 + 4;
    return (
      `<g class="${ours ? "ours" : "other"}">` +
      `<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end">${escaped(name)}</text>` +
      `<line class="spread" x1="${at(x.of(spread.low))}" x2="${at(x.of(spread.high))}" y1="${y}" y2="${y}"/>` +
      `<circle cx="${at(x.of(spread.median))}" cy="${y}" r="4.5"/>` +
      `<text x="${at(x.of(spread.high) + 10)}" y="${y + 4}">${short(spread.median)}</text></g>`
    );
  });
  const words = `Ratios to the control: ${bars.map(({ name, spread }) => `${name} ${short(spread.median)}`).join(", ")}`;
  return picture(height, words, [...grid, ...shown]);
}

/** How the cost of each contender goes with what was varied, both on logarithmic scales. */
export function costPlot(rows: readonly Row[], title: Titles, unit: string): string {
  const points = rows.flatMap(({ contender, parameter, cost }) =>
    // A depth of 0 has no place on a logarithmic scale: it stands where one half would.
    typeof parameter === "number" ? [{ contender, x: parameter || 0.5, y: cost.median }] : [],
  );
  const xs = [...new Set(points.map((point) => point.x))].toSorted((a, b) => a - b);
  const ys = points.map((point) => point.y);
  const height = 340;
  const x = logarithmic([xs[0]!, xs.at(-1)!], 56, PLOT_RIGHT);
  const y = logarithmic(
    [Math.min(...ys, Math.max(...ys) / 20), Math.max(...ys) * 1.1],
    height - 40,
    12,
  );
  const lines: string[] = [];
  for (const tick of y.ticks) {
    lines.push(
      `<line class="grid" x1="56" x2="${PLOT_RIGHT}" y1="${at(y.of(tick))}" y2="${at(y.of(tick))}"/>` +
        `<text class="tick" x="48" y="${at(y.of(tick) + 4)}" text-anchor="end">${short(tick)}</text>`,
    );
  }
  for (const value of xs) {
    const label = value === 0.5 ? "0" : value.toLocaleString("en");
    lines.push(
      `<text class="tick" x="${at(x.of(value))}" y="${height - 20}" text-anchor="middle">${label}</text>`,
    );
  }
  lines.push(`<text class="tick" x="0" y="${height - 2}">${escaped(unit)}</text>`);

  const ends: { name: string; ours: boolean; y: number }[] = [];
  for (const contender of new Set(points.map((point) => point.contender))) {
    const own = points
      .filter((point) => point.contender === contender)
      .toSorted((a, b) => a.x - b.x);
    const ours = contender.startsWith("ours");
    const path = own.map((point) => `${at(x.of(point.x))},${at(y.of(point.y))}`);
    lines.push(
      `<g class="${ours ? "ours" : "other"}"><polyline points="${path.join(" ")}"/>` +
        own
          .map((point) => `<circle cx="${at(x.of(point.x))}" cy="${at(y.of(point.y))}" r="3"/>`)
          .join("") +
        "</g>",
    );
    ends.push({ name: title(contender), ours, y: y.of(own.at(-1)!.y) });
  }
  let below = -Infinity;
  for (const end of ends.toSorted((a, b) => a.y - b.y)) {
    below = Math.max(end.y, below + 15);
    lines.push(
      `<g class="${end.ours ? "ours" : "other"}"><text x="${PLOT_RIGHT + 10}" y="${at(below + 4)}">${escaped(end.name)}</text></g>`,
    );
  }
  return picture(Math.max(height, below + 12), `Cost against size, ${unit}`, lines);
}

interface Scale {
  of(value: number): number;
  readonly ticks: readonly number[];
}

function logarithmic([low, high]: readonly [number, number], from: number, to: number): Scale {
  const width = Math.log(high) - Math.log(low) || 1;
  const of = (value: number) => from + ((Math.log(value) - Math.log(low)) / width) * (to - from);
  const decades = Array.from({ length: 16 }, (_, index) => 10 ** (index - 5));
  const steps = high / low > 1000 ? [1] : high / low > 30 ? [1, 3] : [1, 2, 5];
  const ticks = decades.flatMap((decade) => steps.map((step) => step * decade));
  return { of, ticks: ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001) };
}

function picture(height: number, words: string, parts: readonly string[]): string {
  return `<svg class="plot" viewBox="0 0 ${WIDTH} ${at(height)}" role="img" aria-label="${escaped(words)}">${parts.join("")}</svg>`;
}

const at = (value: number) => Math.round(value * 10) / 10;

function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return `${Number(value.toPrecision(2))}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
