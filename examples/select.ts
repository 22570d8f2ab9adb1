// Whichever comes first: a worker takes jobs until it is told to stop, and loses none of those it did not take.
import { Channel, select } from "coroutine-channels";

const jobs = new Channel<string>();
const orders = new Channel<"pause" | "stop">();

async function worker(job: ReturnType<typeof jobs.client>) {
  const order = orders.client();
  for (;;) {
    // The first arm is looked at first: an order that has been given goes before any job.
    const first = await select({ order, job });
    if (first.done || first.value === "stop") break;
    console.log(first.key === "order" ? `told to ${first.value}` : `doing ${first.value}`);
  }
  console.log("stopped");
  await order.return();
}

const queue = jobs.client();
const working = worker(queue);

await using desk = await jobs.server();
await using boss = await orders.server();
await desk.send("the washing");
await boss.send("pause");
// Sent in the same turn: only the first to come is taken, and the other stays where it is.
const order = boss.send("stop").catch(() => {});
const job = desk.send("the ironing");
await Promise.all([order, working]);

console.log(`still to do: ${await queue.receive()}`);
await queue.return();
await job.catch(() => {});

// Prints:
// doing the washing
// told to pause
// stopped
// still to do: the ironing
