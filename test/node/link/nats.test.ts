/** Sessions over NATS: a real server, which is killed under them. */
import type { Server } from "coroutine-channels";
import { Host, LinkClosed, Session } from "coroutine-channels/link";
import { natsLink, natsServe } from "coroutine-channels/nats";
import { connect } from "@nats-io/transport-node";
import type { NatsConnection } from "@nats-io/nats-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { byScope } from "../../support/scope.ts";
import { NatsServer } from "./nats-server.ts";
import { overPair, samePrograms } from "./same-programs.ts";
import { overNats } from "./transports.ts";

const nats = new NatsServer();
beforeAll(() => nats.start());
afterAll(() => nats.stop());

async function connection(): Promise<NatsConnection> {
  const made = await connect({
    servers: nats.server,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    reconnectJitter: 0,
  });
  onTestFinished(() => made.close());
  return made;
}

const services = {
  async numbers(server: Server<number, void, string>, upTo: number) {
    for (let i = 0; i < upTo; i++) await server.send(i);
    return "that is all";
  },
  async echo(server: Server<string, string>) {
    let heard = await server.receive();
    for (;;) heard = await server.send(`${heard}!`);
  },
};

async function serve(address: string): Promise<Host> {
  const host = new Host({ open: (session) => session.serve(services) });
  await natsServe(await connection(), address, host);
  onTestFinished(() => host.close());
  return host;
}

async function open(address: string): Promise<Session<typeof services>> {
  const session = new Session<typeof services>(natsLink(await connection(), address));
  onTestFinished(() => session.close());
  return session;
}

test("bodies are generators", async () => {
  const pair = await overNats(nats.server);
  onTestFinished(() => pair.close());
  expect(
    await samePrograms(overPair(pair), byScope({ part: 10, usual: 40, long: 2000 })),
  ).toBeGreaterThan(0);
});

test("a conversation", async () => {
  await serve("talk");
  const session = await open("talk");
  const client = session.client("echo");
  expect(await client.send("Hello")).toBe("Hello!");
  expect(await client.send("you")).toBe("you!");
  await client.return();
  const got: number[] = [];
  for await (const i of session.client("numbers", 100)) got.push(i);
  expect(got).toHaveLength(100);
});

test("new sessions are spread over the hosts that are there", async () => {
  const seen = new Set<string>();
  for (const name of ["one", "two"]) {
    const host = new Host({
      open: (session) =>
        session.serve<string>("name", async (server) => {
          await server.send(name);
        }),
    });
    await natsServe(await connection(), "spread", host);
    onTestFinished(() => host.close());
  }
  for (let i = 0; i < 40 && seen.size < 2; i++) {
    const session = new Session(natsLink(await connection(), "spread"));
    seen.add(await session.client<string>("name").receive());
    await session.close();
  }
  expect([...seen].sort()).toEqual(["one", "two"]);
});

test("nobody there", async () => {
  const session = new Session(natsLink(await connection(), "nobody"), { grace: 300 });
  const error: unknown = await session
    .client("echo")
    .receive()
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(LinkClosed);
  expect(String((error as LinkClosed).cause)).toContain("no responders");
});

test("the server is killed under a conversation, and every item arrives once", async () => {
  await serve("killed");
  const session = await open("killed");
  const got: number[] = [];
  let kills = 0;
  for await (const i of session.client("numbers", 3000)) {
    got.push(i);
    if (i % 1000 === 500) {
      kills++;
      await nats.stop(kills % 2 > 0 ? "SIGKILL" : "SIGTERM");
      await nats.start();
    }
  }
  expect(got).toEqual(Array.from({ length: 3000 }, (_, i) => i));
  expect(kills).toBe(3);
});

test("a connection that would give up, and what is no address, are refused", async () => {
  const giving = await connect({ servers: nats.server });
  onTestFinished(() => giving.close());
  expect(() => natsLink(giving, "talk")).toThrow("maxReconnectAttempts");
  const lasting = await connection();
  for (const address of ["", "a..b", "a.*", "a b", ">", "ä", "x".repeat(65)]) {
    expect(() => natsLink(lasting, address)).toThrow(TypeError);
  }
});
