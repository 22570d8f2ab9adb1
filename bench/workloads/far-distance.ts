import { openOtherSide } from "../far/programs.ts";
import type { Effort } from "../measure/in-turn.ts";
import type { Row } from "../measure/row.ts";
import { spread } from "../measure/spread.ts";
import type { Workload } from "../measure/workload.ts";
import { timed } from "./far.ts";

/** In milliseconds; half of it is a whole number, since the clock of the proxy is no finer. */
const roundTrips = [2, 4, 10, 20, 40, 100];

/** By contender, how many items may be under way. */
const aheads: Readonly<Record<string, number>> = {
  "ours, exact": 0,
  "ours, prefetch 64": 64,
  "ours, prefetch 1,024": 1024,
  "ours, prefetch 16,384": 16_384,
};

export const workload: Workload = {
  name: "far-distance",
  title: "Across a network, by its round-trip time",
  text: "The same items over TCP, through a proxy that delays each byte by half of the round-trip time: exact, and with so many under way. Wall-clock time.",
  unit: "ns",
  unpaced: true,
  contenders: Object.keys(aheads),
  async measure(contender: string, { rounds }: Effort): Promise<Row[]> {
    const ahead = aheads[contender]!;
    const otherSide = await openOtherSide();
    const rows: Row[] = [];
    for (const roundTrip of roundTrips) {
      const program = otherSide.throughDelay(roundTrip, ahead);
      // To connect, and to get going, takes longer.
      await program(1);
      const count = Math.max(5, ahead * 8);
      const costs: number[] = [];
      for (let round = 0; round < Math.min(rounds, 3); round++) {
        costs.push(await timed(program, count));
      }
      rows.push({ workload: "far-distance", contender, parameter: roundTrip, cost: spread(costs) });
    }
    await otherSide.close();
    return rows;
  },
};
