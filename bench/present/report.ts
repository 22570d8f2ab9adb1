/** Writes the report: one page that holds its own pictures, which lie beside it as files, too. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { loadPeer, peers } from "../measure/peer.ts";
import type { Result, Results } from "../measure/results.ts";
import type { CountRow, Row } from "../measure/row.ts";
import type { Workload } from "../measure/workload.ts";
import { workloads } from "../workloads/all.ts";
import { find, isMet, limits } from "./limits.ts";
import { format } from "./limits-as-text.ts";
import { bars, costs, ratios } from "./plots.ts";

const titles = new Map<string, string>();
const aheads = new Map<string, string>();
for (const name of peers) {
  const { title, ahead } = await loadPeer(name);
  titles.set(name, title);
  aheads.set(name, ahead);
}
const titleOf = (contender: string): string => titles.get(contender) ?? contender;

export function writeReport(folder: string, all: Results): void {
  const { results } = all;
  const pictures = new Map<string, string>();
  const sections = results.map((result, i) => {
    const sameRuntime = results.filter(({ runtime }) => runtime === result.runtime);
    // Only our own rows are measured of the commit that is compared with, and those stand side by side.
    if (sameRuntime[0] !== result) return comparison(sameRuntime[0] ?? result, result);
    return section(result, i, pictures);
  });
  for (const [name, picture] of pictures) writeFileSync(join(folder, `${name}.svg`), picture);
  writeFileSync(join(folder, "index.html"), page(all, sections.join("\n")));
}

function page({ date, machine, quick, results }: Results, sections: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>coroutine-channels: benchmark</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; color: #1f2937; background: white; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; display: block; overflow-x: auto }
  th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #e5e7eb; white-space: nowrap }
  th:first-child, td:first-child { text-align: left }
  th { white-space: normal; vertical-align: bottom }
  td { vertical-align: top; line-height: 1.25 }
  small { color: #6b7280 }
  .ours td, .ours th { font-weight: bold; color: #c2410c }
  .missed { color: #b91c1c; font-weight: bold }
  .met { color: #15803d }
  svg { max-width: 100%; height: auto }
</style>
<h1>coroutine-channels: benchmark</h1>
<p>${escape(date)}, on ${escape(machine)}: ${escape([...new Set(results.map(({ runtime }) => runtime))].join(", "))}.
  Measured: ${escape([...new Set(results.map(({ build }) => build))].join(", and "))}.
  ${quick ? "A quick run: few and short rounds, whose figures stray." : ""}</p>
<p>Each contender runs in a process of its own, in turn with its control, and what counts is the processor time of the
  process. A ratio is the contender's time for each item divided by the control's: the median of the rounds, and below
  it the middle half of them. Nanoseconds depend on the machine and its load; ratios hardly do, and counts do not.</p>
${limitsTable(results)}
${sections}
</html>
`;
}

function limitsTable(results: readonly Result[]): string {
  const head = results.map(({ runtime, build }) => `${runtime}<br><small>${escape(build)}</small>`);
  const rows = limits.flatMap((limit) => {
    const values = results.map((result) => limit.value(result));
    if (values.every((value) => value === undefined)) return [];
    const cells = values.map((value) => {
      if (value === undefined) return "";
      const verdict = isMet(limit, value) ? "met" : "missed";
      return `<span class="${verdict}">${format(value)} ${verdict}</span>`;
    });
    return [[code(limit.text), `${limit.exact ? "exactly" : "at most"} ${limit.limit}`, ...cells]];
  });
  if (rows.length === 0) return "";
  const profiles = results.flatMap(profileTables).join("\n");
  return `<h2>Limits</h2>\n${table(["", "limit", ...head], rows)}\n${profiles}`;
}

/** Where the time goes that is too much. */
function profileTables({ runtime, profiles }: Result): string[] {
  return Object.entries(profiles).map(([text, lines]) => {
    const head = [`where the time goes: ${code(text)}, ${runtime}`, "", "share"];
    const rows = lines.map(({ name, place, share }) => [
      escape(name),
      escape(place),
      `${format(share * 100)} %`,
    ]);
    return table(head, rows);
  });
}

function section(result: Result, i: number, pictures: Map<string, string>): string {
  const parts = workloads.flatMap((workload) => {
    const rows = result.rows.filter((row) => row.workload === workload.name);
    if (rows.length === 0) return [];
    const drawn = draw(workload, rows);
    drawn.forEach((picture, n) => {
      pictures.set(`${i + 1}-${workload.name}${n === 0 ? "" : `-${n + 1}`}`, picture);
    });
    const counted = result.counts.filter((row) => row.workload === workload.name);
    return [
      `<h3>${code(workload.title)}</h3><p>${code(workload.text)}</p>`,
      ...drawn,
      rowsTable(workload, rows),
      counted.length === 0 ? "" : countsTable(counted),
    ];
  });
  const failures = result.failures.map((failure) => `<pre>${escape(failure)}</pre>`).join("");
  return `<h2>${escape(result.runtime)}</h2>\n${parts.join("\n")}\n${failures}`;
}

function draw({ name }: Workload, rows: readonly Row[]): string[] {
  switch (name) {
    case "one-way":
    case "two-way":
    case "create": {
      const parameters = [...new Set(rows.map(({ parameter }) => parameter))];
      return parameters.map((parameter) =>
        ratios(
          rows.filter((row) => row.parameter === parameter && row.contender !== "native"),
          titleOf,
          `${parameter}: times the cost of a native async generator`,
        ),
      );
    }
    case "cancel":
      return [costs(rows, titleOf, { x: "waiting calls", y: "ns for each cancelled call" })];
    case "select-again":
      return [costs(rows, titleOf, { x: "earlier selections", y: "ns for each selection" })];
    case "idle-memory":
      return [bars(rows, titleOf, "bytes")];
    case "far-distance": {
      const perSecond = rows.map((row) => ({
        ...row,
        cost: { ...row.cost, median: 1e9 / row.cost.median },
      }));
      return [costs(perSecond, titleOf, { x: "round-trip time, in ms", y: "items a second" })];
    }
    default: {
      const x = xLabels[name];
      const shown = rows.filter(({ parameter }) => parameter !== 1_000_000);
      return x === undefined ? [] : [costs(shown, titleOf, { x, y: "ns for each item" })];
    }
  }
}

/** Where the cost of an item is drawn as it goes with the parameter. */
const xLabels: Readonly<Record<string, string>> = {
  pipeline: "stages",
  delegation: "calls deep",
  "fan-out": "channels",
  batches: "items in a batch",
  select: "arms",
  merge: "sources",
  broadcast: "consumers",
  distribute: "consumers",
};

function rowsTable({ unit, unpaced, contenders }: Workload, rows: readonly Row[]): string {
  const parameters = [...new Set(rows.map(({ parameter }) => parameter))];
  const compared = rows.some(({ ratio }) => ratio);
  const head = [
    "",
    ...(unpaced ? [] : ["ahead"]),
    ...parameters.map((parameter) => breakable(escape(parameter.toLocaleString("en")))),
  ];
  const body = contenders.flatMap((contender) => {
    const own = rows.filter((row) => row.contender === contender);
    if (own.length === 0) return [];
    const cells = parameters.map((parameter) => {
      const row = own.find((one) => one.parameter === parameter);
      if (row === undefined) return "";
      const cost = `${format(row.cost.median)} ${unit}`;
      if (!row.ratio) return cost;
      const { median, low, high } = row.ratio;
      return `${format(median)}<br><small>${format(low)} - ${format(high)}<br>${cost}</small>`;
    });
    const ahead = unpaced ? [] : [aheads.get(contender) ?? ""];
    return [[escape(titleOf(contender)), ...ahead, ...cells]];
  });
  const controls = [...new Set(rows.flatMap(({ control }) => control ?? []))];
  const note = compared
    ? `<p><small>Ratios to: ${controls.map((one) => escape(titleOf(one))).join("; ")}.</small></p>`
    : "";
  return table(head, body) + note;
}

function countsTable(rows: readonly CountRow[]): string {
  const head = ["counted for each hand-over", "promises", "jobs", "turns", "bytes"];
  return table(
    head,
    rows.map(({ contender, counts: { promises, jobs, turns }, bytes }) => [
      escape(titleOf(contender)),
      ...[promises, jobs, turns].map((count) => (count === undefined ? "" : format(count))),
      format(bytes),
    ]),
  );
}

/** The same rows of two builds. */
function comparison(one: Result, other: Result): string {
  const rows = other.rows.flatMap((row) => {
    const same = find(one, row.workload, row.contender, row.parameter);
    if (!same) return [];
    const now = same.ratio?.median ?? same.cost.median;
    const then = row.ratio?.median ?? row.cost.median;
    return [
      [
        `${escape(row.workload)}, ${escape(row.parameter.toLocaleString("en"))}, ${escape(titleOf(row.contender))}`,
        format(then),
        format(now),
        `${now < then ? "" : "+"}${format((now / then - 1) * 100)} %`,
      ],
    ];
  });
  const head = ["ratio, or cost", escape(other.build), escape(one.build), "change"];
  return `<h2>${escape(one.runtime)}: ${escape(one.build)} and ${escape(other.build)}</h2>${table(head, rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string): string =>
    cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("");
  const body = rows.map((cells) => {
    const ours = cells[0]?.startsWith("coroutine-channels") ? ' class="ours"' : "";
    return `<tr${ours}>${line(cells, "td")}</tr>`;
  });
  return `<table><tr>${line(head, "th")}</tr>\n${body.join("\n")}</table>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A name that may be broken between its words. */
function breakable(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "<wbr>");
}

function code(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}
