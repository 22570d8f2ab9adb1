import { cpuTime } from "../measure/cpu-time.ts";
import type { Effort } from "../measure/in-turn.ts";
import { loadPeer } from "../measure/peer.ts";
import type { Row } from "../measure/row.ts";
import { spread } from "../measure/spread.ts";
import type { Workload } from "../measure/workload.ts";

const SELECTED = 20_000;

export const workload: Workload = {
  name: "select-again",
  title: "`select`, again and again",
  text: "Three arms, of which two stay silent, one of them a generator that cannot take back a request: what a selection costs after so many earlier ones, taken over 20,000.",
  unit: "ns",
  contenders: ["ours-flow", "native-race"],
  async measure(contender: string, { rounds }: Effort): Promise<Row[]> {
    const open = (await loadPeer(contender)).programs["select-again"];
    if (open === undefined) throw new Error(`Could not select with: ${contender}`);
    const numbers = [1e3, 1e4, 1e5];
    const costs = new Map(numbers.map((earlier) => [earlier, [] as number[]]));
    await selectSome(open(), 1e5);
    // In turn, so that all numbers see the same machine.
    for (let round = 0; round < rounds; round++) {
      for (const earlier of numbers) costs.get(earlier)?.push(await selectSome(open(), earlier));
    }
    return numbers.map((earlier) => ({
      workload: "select-again",
      contender,
      parameter: earlier,
      cost: spread(costs.get(earlier) ?? []),
    }));
  },
};

/** @returns Nanoseconds for each selection after the earlier ones. */
async function selectSome(once: () => Promise<unknown>, earlier: number): Promise<number> {
  for (let i = 0; i < earlier; i++) await once();
  const before = cpuTime();
  for (let i = 0; i < SELECTED; i++) await once();
  return (cpuTime() - before) / SELECTED;
}
