// Producers and consumers in several processes, over NATS. Any consumer takes the next order when it is done with the last.
// One is killed while it works: what it had taken is taken up by the others, and what nobody had taken was never sent.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { connect } from "@nats-io/transport-node";
import { Channel, distribute, type Server } from "coroutine-channels";
import { Host, Session } from "coroutine-channels/link";
import { natsLink, natsServe } from "coroutine-channels/nats";

type Order = { id: number };
const ORDERS = 40;

const [, file, role, servers = "", name = ""] = process.argv as [string, string, ...string[]];

const connection = async () => connect({ servers, maxReconnectAttempts: -1 });

// The broker: it passes orders from the producers on to whichever consumer asks, and keeps none.
async function broker() {
  const orders = new Channel<Order>();
  const incoming = orders.server();
  const queue = distribute(orders.client());
  let done = 0;
  const host = new Host({
    heartbeat: 300, // a consumer that is silent for twice as long has lost its link,
    grace: 1000, // and is given up if it does not come back
    open: (session) =>
      session.serve({
        produce: async (server: Server<void, Order>) => {
          for (;;) await (await incoming).put(await server.receive());
        },
        consume: async (server: Server<Order, string>) => {
          for await (const order of queue) {
            try {
              console.log(`order ${order.id}: ${await server.send(order)}`);
              if (++done === ORDERS) process.exit();
            } catch (error) {
              void incoming.then((end) => end.put(order)); // the consumer is gone: to another
              throw error;
            }
          }
        },
      }),
  });
  await natsServe(await connection(), "orders", host);
  console.log("ready");
}

async function producer() {
  const session = new Session(natsLink(await connection(), "orders"));
  const client = session.client<void, Order>("produce");
  const first = name === "one" ? 1 : ORDERS / 2 + 1;
  for (let id = first; id < first + ORDERS / 2; id++) await client.send({ id });
}

async function consumer() {
  const session = new Session(natsLink(await connection(), "orders"));
  const client = session.client<Order, string>("consume");
  let order = await client.receive();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    order = await client.send(`done by ${name}, ${order.id % 2 ? "packed" : "sent"}`);
  }
}

async function main() {
  console.log(
    `${ORDERS} orders, of two producers, for three consumers, of whom one will be killed`,
  );
  const server = spawn("nats-server", ["--addr", "127.0.0.1", "--port", "-1"], {
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
  });
  let address = "";
  await new Promise<void>((resolve) => {
    createInterface({ input: server.stderr }).on("line", (line) => {
      address = /Listening for client connections on (\S+)/.exec(line)?.[1] ?? address;
      if (line.includes("Server is ready")) resolve();
    });
  });
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [...process.execArgv, file, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });

  const orders = start("broker", address);
  const lines = createInterface({ input: orders.stdout! })[Symbol.asyncIterator]();
  await lines.next();
  const others = [
    start("producer", address, "one"),
    start("producer", address, "two"),
    start("consumer", address, "Ann"),
    start("consumer", address, "Bob"),
    start("consumer", address, "Cat"),
  ];
  const ids = new Set<string>();
  let count = 0;
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    console.log(line.value);
    ids.add(line.value.split(":")[0]!);
    if (++count === 9) {
      console.log("(Bob is killed)");
      others[3]!.kill("SIGKILL");
    }
  }
  console.log(`${ids.size} of ${ORDERS} orders were done`);
  for (const child of others) child.kill();
  server.kill();
  await once(server, "exit");
}

const roles = new Map([
  ["broker", broker],
  ["producer", producer],
  ["consumer", consumer],
]);
await (roles.get(role ?? "") ?? main)();
