// A pool of worker threads, fed by one routine. Nobody deals out the jobs: a worker asks for the next one when it is done
// with the last, so a slow one holds up nobody.
import { isMainThread, parentPort, Worker } from "node:worker_threads";

import { distribute, type Server } from "coroutine-channels";
import { Session } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";

type Job = { from: number; to: number };

function countPrimes({ from, to }: Job): number {
  let count = 0;
  for (let n = from; n < to; n++) {
    let divisor = 2;
    while (divisor * divisor <= n && n % divisor > 0) divisor++;
    if (n > 1 && divisor * divisor > n) count++;
  }
  return count;
}

function* jobs(): Generator<Job> {
  for (let from = 0; from < 100_000; from += 5000) yield { from, to: from + 5000 };
}

// In the main thread: jobs go down to whichever worker asks, counts come up.
async function main() {
  const queue = distribute(jobs());
  let primes = 0;
  const services = {
    jobs: async (server: Server<Job, number>) => {
      for await (const job of queue) {
        const count = await server.send(job);
        primes += count;
      }
    },
  };
  const workers = [1, 2, 3].map(() => new Worker(new URL(import.meta.url)));
  for (const worker of workers) new Session(portLink(worker)).serve(services);
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.on("exit", resolve))));
  console.log(`${primes} primes below 100,000, counted by ${workers.length} workers`);
}

// In a worker: an ordinary client end, whose body is in another thread.
async function work() {
  await using session = new Session(portLink(parentPort!));
  const client = session.client<Job, number>("jobs");
  let { value: job, done } = await client.next();
  while (!done) ({ value: job, done } = await client.next(countPrimes(job!)));
}

await (isMainThread ? main() : work());

// Prints:
// 9592 primes below 100,000, counted by 3 workers
