import { collect } from "../measure/collect.ts";
import type { Effort } from "../measure/in-turn.ts";
import { loadPeer } from "../measure/peer.ts";
import type { Row } from "../measure/row.ts";
import { spread } from "../measure/spread.ts";
import type { Workload } from "../measure/workload.ts";

const IDLE = 20_000;

export const workload: Workload = {
  name: "idle-memory",
  title: "Memory of an idle channel",
  text: "Bytes of heap for each of 20,000 that have been made and do nothing.",
  unit: "bytes",
  contenders: [
    "native",
    "ours",
    "ours-serve",
    "ours-arrays",
    "promises",
    "queueable",
    "medium",
    "it-queueless-pushable",
    "thi.ng-csp",
    "readable-stream",
    "transform-stream",
    "pass-through",
    "effect-queue",
    "repeater",
    "rxjs",
  ],
  async measure(contender: string, { rounds }: Effort): Promise<Row[]> {
    const { programs } = await loadPeer(contender);
    const open = programs["idle-memory"];
    if (open === undefined) throw new Error(`Could not open any: ${contender}`);
    const costs: number[] = [];
    open(IDLE);
    for (let round = 0; round < Math.min(rounds, 3); round++) costs.push(await bytesEach(open));
    return [{ workload: "idle-memory", contender, parameter: "idle", cost: spread(costs) }];
  },
};

/** A function of its own, since a loop holds on to what its last round has kept. */
async function bytesEach(open: (count: number) => unknown[]): Promise<number> {
  const before = await heapUsed();
  const kept = open(IDLE);
  return ((await heapUsed()) - before) / kept.length;
}

/** After whatever the last ones have left behind is gone. */
async function heapUsed(): Promise<number> {
  for (let i = 0; i < 2; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve));
  }
  return process.memoryUsage().heapUsed;
}
