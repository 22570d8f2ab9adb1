/** Sessions over NATS: a real server, which is killed under them. */
import { ChannelClosed, type Server } from "coroutine-channels";
import { Host, LinkClosed, Session } from "coroutine-channels/link";
import type { Observed, SessionOptions } from "coroutine-channels/link";
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

/** What the first body was told whose client had not left by itself. */
let tell!: (error: unknown) => void;
const broken = new Promise<unknown>((resolve) => {
  tell = resolve;
});

const services = {
  async numbers(server: Server<number, void, string>, upTo: number) {
    try {
      for (let i = 0; i < upTo; i++) await server.send(i);
    } catch (error) {
      tell(error);
      throw error;
    }
    return "that is all";
  },
  async echo(server: Server<string, string>) {
    let heard = await server.receive();
    for (;;) heard = await server.send(`${heard}!`);
  },
};

type Options = Pick<SessionOptions, "grace" | "heartbeat" | "observe">;

async function serve(address: string, options: Options = {}): Promise<Host> {
  const host = new Host({ ...options, open: (session) => session.serve(services) });
  await natsServe(await connection(), address, host);
  onTestFinished(() => host.close());
  return host;
}

async function open(address: string, options?: Options): Promise<Session<typeof services>> {
  const session = new Session<typeof services>(natsLink(await connection(), address), options);
  onTestFinished(() => session.close());
  return session;
}

/** What becomes of a session's link, in order. */
class Watched {
  readonly seen: ("up" | "down" | "over")[] = [];
  #wake = (): void => {};

  readonly observe = ({ type }: Observed): void => {
    if (type !== "up" && type !== "down" && type !== "over") return;
    this.seen.push(type);
    this.#wake();
  };

  /** Resolves when it has been down, or over, so often. */
  async has(been: "down" | "over", times = 1): Promise<void> {
    while (this.seen.filter((type) => type === been).length < times) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
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

test("the server is frozen for less than the grace, and every item arrives once", async () => {
  const [far, near] = [new Watched(), new Watched()];
  const options = { heartbeat: 100, grace: 600_000 };
  await serve("frozen", { ...options, observe: far.observe });
  const session = await open("frozen", { ...options, observe: near.observe });
  const got: number[] = [];
  for await (const i of session.client("numbers", 300)) {
    got.push(i);
    if (i % 100 !== 50) continue;
    const before = [far, near].map(({ seen }) => seen.filter((type) => type === "down").length);
    nats.signal("SIGSTOP");
    await Promise.all([far, near].map((side, i) => side.has("down", before[i]! + 1)));
    nats.signal("SIGCONT");
  }
  expect(got).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

test("the server is frozen for longer than the grace, and both sides are told", async () => {
  const [far, near] = [new Watched(), new Watched()];
  const options = { heartbeat: 200, grace: 2000 };
  await serve("frozen.long", { ...options, observe: far.observe });
  const session = await open("frozen.long", { ...options, observe: near.observe });
  const client = session.client("numbers", Infinity);
  expect([await client.receive(), await client.receive()]).toEqual([0, 1]);
  nats.signal("SIGSTOP");
  onTestFinished(() => nats.signal("SIGCONT"));
  const lost: unknown = await (async () => {
    for (;;) await client.receive();
  })().catch((error: unknown) => error);
  expect(lost).toBeInstanceOf(LinkClosed);
  expect(session.signal.reason).toBe(lost);
  // The one body that is told so: the other conversations have ended.
  const told = await broken;
  expect(told).toBeInstanceOf(ChannelClosed);
  expect((told as ChannelClosed).cause).toBeInstanceOf(LinkClosed);
  await far.has("over");
  for (const { seen } of [far, near]) expect(seen.slice(-2)).toEqual(["down", "over"]);
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
