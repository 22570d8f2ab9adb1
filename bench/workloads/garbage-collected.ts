import { collect } from "../measure/collect.ts";
import { inTurn, timed } from "../measure/in-turn.ts";
import type { Effort } from "../measure/in-turn.ts";
import { loadPeer } from "../measure/peer.ts";
import type { Row } from "../measure/row.ts";
import { spread } from "../measure/spread.ts";
import type { Workload } from "../measure/workload.ts";

const ITEMS = 100_000;

export const workload: Workload = {
  name: "garbage-collected",
  title: "After a full collection",
  text: "One way with integers, before and after a full garbage collection at a moment when no channel is alive: V8 then throws away code that was optimised for objects of which none is left.",
  unit: "ns",
  contenders: ["ours", "ours-serve", "queueable"],
  async measure(contender: string, effort: Effort): Promise<Row[]> {
    const program = (await loadPeer(contender)).programs["one-way"];
    const control = (await loadPeer("native", "control")).programs["one-way"];
    if (program === undefined || control === undefined) throw new Error("Could not load programs");
    const before = await inTurn(
      (count) => control(count, "integers"),
      (count) => program(count, "integers"),
      effort,
      ITEMS,
      ITEMS,
    );
    const costs: number[] = [];
    const controlCosts: number[] = [];
    for (let round = 0; round < effort.rounds; round++) {
      collect();
      controlCosts.push(await timed((count) => control(count, "integers"), ITEMS));
      collect();
      costs.push(await timed((count) => program(count, "integers"), ITEMS));
    }
    const rows = {
      before: before,
      after: {
        ratios: costs.map((cost, i) => cost / (controlCosts[i] ?? Number.NaN)),
        cost: spread(costs),
        controlCost: spread(controlCosts),
      },
    };
    return Object.entries(rows).map(([parameter, { ratios, cost, controlCost }]) => ({
      workload: "garbage-collected",
      contender,
      parameter,
      control: "native",
      ratio: spread(ratios),
      cost,
      controlCost,
    }));
  },
};
