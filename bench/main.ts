/**
 * `npm run bench`: measures this tree's build next to its peers, and writes bench/report/index.html.
 *
 * `npm run bench -- two-way create`: these workloads, and those whose names go on from there. `--quick`: fewer and shorter rounds. `--runtime node22,bun`: on
 * those of tools/runtimes. `--compare REV`: the build of that commit, next to this tree's.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildCommit, buildTree } from "./measure/build.ts";
import type { Build } from "./measure/build.ts";
import { full, quick } from "./measure/in-turn.ts";
import { installPackages } from "./measure/install.ts";
import { merge } from "./measure/merge.ts";
import { measureIn } from "./measure/process.ts";
import type { ProfileLine } from "./measure/profile.ts";
import { describeMachine } from "./measure/results.ts";
import type { Result, Results } from "./measure/results.ts";
import type { CountRow, Row } from "./measure/row.ts";
import { findRuntime } from "./measure/runtimes.ts";
import type { Runtime } from "./measure/runtimes.ts";
import type { Workload } from "./measure/workload.ts";
import { missed } from "./present/limits.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    runtime: { type: "string", default: "node" },
    compare: { type: "string" },
  },
});

installPackages(import.meta.dirname);
const builds = [buildTree()];
// Some workloads and peers load the library, here only to be asked for their names.
process.env["BENCH_LIBRARY"] = builds[0]?.library;
process.on("exit", () => {
  for (const build of builds) build.remove();
});
const { workloads } = await import("./workloads/all.ts");
const named = (positional: string, { name }: Workload): boolean =>
  name === positional || name.startsWith(`${positional}-`);
const unknown = positionals.find(
  (positional) => !workloads.some((workload) => named(positional, workload)),
);
if (unknown !== undefined) {
  const names = workloads.map(({ name }) => name).join(", ");
  console.error(`Could not find a workload among ${names} by the name of: ${unknown}`);
  process.exit(1);
}
const chosen = workloads.filter(
  (workload) =>
    positionals.length === 0 || positionals.some((positional) => named(positional, workload)),
);

const results: Result[] = [];
if (values.compare !== undefined) builds.push(buildCommit(values.compare));
for (const name of values.runtime.split(",")) results.push(...(await measure(findRuntime(name))));

const all: Results = {
  date: new Date().toISOString().slice(0, 10),
  machine: describeMachine(),
  quick: values.quick,
  results,
};
const folder = join(import.meta.dirname, "report");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "results.json"), JSON.stringify(all, undefined, 2));
const { writeReport } = await import("./present/report.ts");
writeReport(folder, all);
const { limitsAsText } = await import("./present/limits-as-text.ts");
console.log(limitsAsText(results));
console.log(`\nThe report is in ${join(folder, "index.html")}`);

/** All that was chosen, on one runtime. */
async function measure(runtime: Runtime): Promise<Result[]> {
  const found = builds.map((build): Result => ({
    runtime: runtime.title,
    build: build.title,
    rows: [],
    counts: [],
    profiles: {},
    failures: [],
  }));
  for (const { name, contenders, counted } of chosen) {
    for (const contender of contenders) {
      const job = { workload: name, contender, quick: values.quick };
      console.error(`${runtime.title}: ${name}, ${contender}`);
      const ours = contender.startsWith("ours");
      // Only our own rows are compared, the builds in turn.
      const candidates = ours ? builds : builds.slice(0, 1);
      const processes = ours ? (values.quick ? quick : full).processes : 1;
      const taken = candidates.map((): Row[][] => []);
      await collect(found, candidates, async (build, i) => {
        if (counted && runtime.counting) {
          const rows = await measureIn<CountRow>(runtime, build, { mode: "count", ...job });
          found[i]?.counts.push(...rows);
        }
      });
      for (let process = 0; process < processes; process++) {
        await collect(found, candidates, async (build, i) => {
          taken[i]?.push(await measureIn<Row>(runtime, build, { mode: "time", ...job }));
        });
      }
      taken.forEach((rows, i) => found[i]?.rows.push(...merge(rows)));
    }
  }
  if (runtime.profiles) await profileMissed(runtime, found);
  return found;
}

/** Looks at where the time goes that is too much. */
async function profileMissed(runtime: Runtime, found: readonly Result[]): Promise<void> {
  await collect(found, builds.slice(0, 1), async (build, i) => {
    const result = found[i];
    if (result === undefined) return;
    for (const { text, row } of missed(result)) {
      if (row === undefined) continue;
      console.error(`${runtime.title}: profile of ${text}`);
      const job = { mode: "profile", quick: values.quick, ...row } as const;
      result.profiles[text] = await measureIn<ProfileLine>(runtime, build, job);
    }
  });
}

/** Does something for each build. What cannot be measured stands in the report; the rest goes on. */
async function collect(
  found: readonly Result[],
  candidates: readonly Build[],
  each: (build: Build, i: number) => Promise<void>,
): Promise<void> {
  for (const [i, build] of candidates.entries()) {
    try {
      await each(build, i);
    } catch (error) {
      const { message } = error as Error;
      console.error(message);
      found[i]?.failures.push(message.split("\n").slice(0, 5).join("\n"));
    }
  }
}
