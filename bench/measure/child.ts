/** The process that measures one contender in one workload: started by measure/process.ts, answers on stdout. */

import { bytesPerItem } from "./bytes.ts";
import { full, quick } from "./in-turn.ts";
import { loadPeer } from "./peer.ts";
import type { ProfileLine } from "./profile.ts";
import type { CountRow, Row } from "./row.ts";
import type { Workload } from "./workload.ts";

const [, , mode, name, contender, parameter] = process.argv as [
  string,
  string,
  string,
  string,
  string,
  string?,
];
const effort = process.env["BENCH_QUICK"] ? quick : full;
const { workload } = (await import(`../workloads/${name}.ts`)) as { workload: Workload };

console.log(JSON.stringify(await answer()));
// A peer may have left timers behind.
process.exit(0);

function answer(): Promise<readonly (Row | CountRow | ProfileLine)[]> {
  switch (mode) {
    case "count":
      return count();
    case "profile":
      return profile();
    default:
      return workload.measure(contender, effort);
  }
}

async function profile(): Promise<ProfileLine[]> {
  const { profileOf } = await import("./profile.ts");
  const run = await workload.rerun?.(contender, JSON.parse(parameter ?? "") as Row["parameter"]);
  return run === undefined ? [] : profileOf(run);
}

async function count(): Promise<CountRow[]> {
  const { countsPerItem } = await import("./counts.ts");
  const { macrotasks = false, programs } = await loadPeer(contender);
  const run =
    name === "one-way"
      ? (items: number) => programs["one-way"]?.(items, "integers")
      : (items: number) => programs["two-way"]?.(items);
  const bytes = await bytesPerItem(run);
  return [{ workload: name, contender, counts: await countsPerItem(run, !macrotasks), bytes }];
}
