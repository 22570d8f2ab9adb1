/** The table that a person reads. */

import { titleOf } from "./input.ts";
import type { Lane } from "./lane.ts";
import type { Line } from "./lines.ts";
import type { Profile } from "./pipeline.ts";

const HEAD = ["lane", "lines", "share", "size", "longest", "first", "last"];

export function report(
  inputs: readonly string[],
  lanes: readonly Lane[],
  found: readonly Profile[],
  top: number,
): string {
  const lines = found.reduce((sum, lane) => sum + lane.lines, 0);
  const bytes = found.reduce((sum, lane) => sum + lane.bytes, 0);
  const where = (line: Line | undefined) =>
    !line ? "" : inputs.length > 1 ? `${line.file}:${line.number}` : count(line.number);

  const rows = found.map((lane, i) => [
    lanes[i]?.name ?? "",
    count(lane.lines),
    lines ? `${((100 * lane.lines) / lines).toFixed(1)}%` : "",
    size(lane.bytes),
    lane.lines ? size(lane.longest) : "",
    where(lane.first),
    where(lane.last),
  ]);

  return [
    `${inputs.map(titleOf).join(", ")}: ${count(lines)} ${lines === 1 ? "line" : "lines"}, ${size(bytes)}`,
    "",
    ...table([HEAD, ...rows]),
    ...found.flatMap((lane, i) => templates(lanes[i]?.name ?? "", lane, top)),
    "",
  ].join("\n");
}

function templates(name: string, { templates: seen }: Profile, n: number): string[] {
  // Counts that may be further off than they are high say nothing about who is more frequent.
  const top = seen.top(n).filter(([, times]) => times > seen.slack);
  if (top.length === 0) return [];
  const note = seen.slack > 0 ? ` (each count may be up to ${count(seen.slack)} too low)` : "";
  return [
    "",
    `most frequent in ${name}${note}`,
    ...top.map(([text, times]) => `${count(times).padStart(11)}  ${text}`),
  ];
}

/** Pads every column to its widest cell: names to the left, figures to the right. */
function table(rows: string[][]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

const count = (n: number): string => n.toLocaleString("en");

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] =
    bytes < 1e6 ? [bytes / 1e3, "kB"] : bytes < 1e9 ? [bytes / 1e6, "MB"] : [bytes / 1e9, "GB"];
  return `${value.toFixed(1)} ${unit}`;
}
