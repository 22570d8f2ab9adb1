import { cpuTime } from "../measure/cpu-time.ts";
import type { Effort } from "../measure/in-turn.ts";
import { library } from "../measure/library.ts";
import type { Row } from "../measure/row.ts";
import { spread } from "../measure/spread.ts";
import type { Workload } from "../measure/workload.ts";

const CANCELLED = 500;
/** A million calls take seconds to make and to settle. */
const MOST_ROUNDS = 3;

export const workload: Workload = {
  name: "cancel",
  title: "Cancelling one of N waiting calls",
  text: "So many calls wait on one end; the cost of aborting one of them, taken over 500 `receive` calls that lie evenly among them.",
  unit: "ns",
  contenders: ["ours"],
  async measure(contender: string, { rounds }: Effort): Promise<Row[]> {
    const sizes = [1e3, 1e4, 1e5, 1e6];
    const costs = new Map(sizes.map((size) => [size, [] as number[]]));
    await cancelSome(1e3);
    // In turn, so that all sizes see the same machine.
    for (let round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
      for (const size of sizes) costs.get(size)?.push(await cancelSome(size));
    }
    return sizes.map((size) => ({
      workload: "cancel",
      contender,
      parameter: size,
      cost: spread(costs.get(size) ?? []),
    }));
  },
};

/** @returns Nanoseconds for each cancelled call. */
async function cancelSome(waiting: number): Promise<number> {
  const channel = new library.Channel<number>({ limit: Infinity });
  const client = channel.client();
  const controllers: AbortController[] = [];
  const cancelled: Promise<number>[] = [];
  for (let i = 0; i < waiting; i++) {
    if (i % Math.floor(waiting / CANCELLED) !== 1) void client.next();
    else {
      const controller = new AbortController();
      controllers.push(controller);
      cancelled.push(client.receive({ signal: controller.signal }));
    }
  }
  const before = cpuTime();
  for (const controller of controllers) controller.abort();
  const spent = cpuTime() - before;
  await Promise.allSettled(cancelled);
  await client.return();
  return spent / controllers.length;
}
