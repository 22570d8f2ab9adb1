import { openOtherSide, type Program } from "../far/programs.ts";
import type { Effort } from "../measure/in-turn.ts";
import type { Row } from "../measure/row.ts";
import { spread } from "../measure/spread.ts";
import type { Workload } from "../measure/workload.ts";

/** How many items are taken in a round: as many as take some tens of milliseconds. */
const counts: Readonly<Record<string, number>> = { exact: 500, window: 40_000 };

export const workload: Workload = {
  name: "far",
  title: "Across threads and sockets",
  text: "Objects of three fields come from another thread, over each link: one for each request (exact), or with up to 1,024 under way (window), where the others send arrays of 256. The control is the bare port, socket or `request` of NATS, with JSON where there are bytes; wall-clock time.",
  unit: "ns",
  contenders: ["ours", "comlink", "capnweb", "transferred"],
  async measure(contender: string, { rounds }: Effort): Promise<Row[]> {
    const otherSide = await openOtherSide();
    const { raw, [contender]: programs } = otherSide.programs;
    const rows: Row[] = [];
    for (const [parameter, program] of Object.entries(programs ?? {})) {
      const control = raw![parameter]!;
      const count = counts[parameter.split(", ")[1]!]!;
      const costs: number[] = [];
      const controlCosts: number[] = [];
      // The first rounds warm up.
      for (let round = -2; round < rounds; round++) {
        const controlCost = await timed(control, count);
        const cost = await timed(program, count);
        if (round < 0) continue;
        costs.push(cost);
        controlCosts.push(controlCost);
      }
      rows.push({
        workload: "far",
        contender,
        parameter,
        control: "raw",
        ratio: spread(costs.map((cost, i) => cost / controlCosts[i]!)),
        cost: spread(costs),
        controlCost: spread(controlCosts),
      });
    }
    await otherSide.close();
    return rows;
  },
};

/** Nanoseconds for each item: of time that passes, since two threads are at work. */
export async function timed(program: Program, count: number): Promise<number> {
  const before = performance.now();
  await program(count);
  return ((performance.now() - before) * 1e6) / count;
}
