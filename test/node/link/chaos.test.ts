/**
 * The other side, a process, is killed, frozen, replaced, or never says a word: every call settles, and nothing resumes wrongly.
 * The same of a worker stands in `workers.test.ts`, of a server of NATS in `nats.test.ts`, and of a network in `partition.test.ts`.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";

import { LinkClosed, Session, type SessionOptions } from "coroutine-channels/link";
import { byteLink } from "coroutine-channels/socket";
import { expect, onTestFinished, test } from "vitest";

import { settled } from "../../support/settled.ts";
import { start } from "../program.ts";
import { busy, failure } from "./calls.ts";
import type { Services } from "./programs/services.ts";

const programs = "test/node/link/programs";

/** Deno's `child.kill` sends one signal, and no second. */
function signal({ pid }: ChildProcessWithoutNullStreams, name: NodeJS.Signals): void {
  process.kill(pid!, name);
}

function child(options?: SessionOptions): {
  process: ChildProcessWithoutNullStreams;
  session: Session<Services>;
} {
  const process = start(`${programs}/child.ts`);
  process.stderr.resume();
  const { stdout: readable, stdin: writable } = process;
  const session = new Session<Services>(byteLink({ readable, writable }), options);
  onTestFinished(async () => {
    process.kill("SIGKILL");
    await session.close();
  });
  return { process, session };
}

async function server(
  port = 0,
): Promise<{ process: ChildProcessWithoutNullStreams; port: number }> {
  const process = start(`${programs}/server.ts`, { args: [String(port)] });
  process.stderr.resume();
  onTestFinished(() => void process.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: process.stdout }), "line")) as [string];
  return { process, port: Number(line) };
}

function over(port: number, options?: SessionOptions): Session<Services> {
  const session = new Session<Services>(() => byteLink(connect(port, "127.0.0.1")), options);
  onTestFinished(() => session.close());
  return session;
}

test("a conversation with a child process, which is killed", async () => {
  const { process, session } = child();
  const numbers = session.client("numbers", 5);
  expect([await numbers.receive(), await numbers.receive()]).toEqual([5, 6]);
  const waiting = failure(
    session
      .client("echo")
      .receive()
      .then(() => session.client("busy").next()),
  );
  process.kill("SIGKILL");
  expect(await waiting).toBeInstanceOf(LinkClosed);
  expect(await failure(numbers.receive())).toBeInstanceOf(LinkClosed);
});

test("a child process ends by itself when its session is over, or its input", async () => {
  for (const end of [
    ({ session }: ReturnType<typeof child>) => session.close(),
    ({ process }: ReturnType<typeof child>) => process.stdin.end(),
  ]) {
    const made = child();
    expect(await made.session.client("numbers").receive()).toBe(0);
    const ended = once(made.process, "exit");
    await end(made);
    expect(await ended).toEqual([0, null]);
  }
});

test("a child process that is frozen is given up after two heartbeats", async () => {
  const { process, session } = child({ heartbeat: 100 });
  const settle = await busy(session);
  signal(process, "SIGSTOP");
  for (const error of await settle()) {
    expect(error).toBeInstanceOf(LinkClosed);
    expect(String((error as LinkClosed).cause)).toContain("silent");
  }
});

test("a child process that is frozen for a while is waited for", async () => {
  const { process, session } = child();
  const numbers = session.client("numbers");
  expect(await numbers.receive()).toBe(0);
  signal(process, "SIGSTOP");
  const answers = [numbers.receive(), numbers.receive()];
  await settled();
  signal(process, "SIGCONT");
  expect(await Promise.all(answers)).toEqual([1, 2]);
});

test("a server that is killed and comes back on the same port resumes nothing", async () => {
  const first = await server();
  const session = over(first.port, { grace: 20_000 });
  const numbers = session.client("numbers");
  expect([await numbers.receive(), await numbers.receive()]).toEqual([0, 1]);
  const closed = once(first.process, "exit");
  first.process.kill("SIGKILL");
  await closed;
  await server(first.port);
  expect(await failure(numbers.receive())).toBeInstanceOf(LinkClosed);
  const next = over(first.port).client("numbers");
  expect(await next.receive()).toBe(0);
});

test("a server that is frozen for less than the grace is resumed, and nothing is lost", async () => {
  const { process, port } = await server();
  const session = over(port, { heartbeat: 100, grace: 60_000 });
  const down = new Promise<void>((resolve) => {
    const look = (): void => {
      if (session.connected) setImmediate(look);
      else resolve();
    };
    void session.client("numbers").receive().then(look);
  });
  const items = session.reader("items", undefined, { prefetch: 100 });
  expect(await items.read(10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  signal(process, "SIGSTOP");
  await down;
  signal(process, "SIGCONT");
  expect(await items.read(500)).toEqual(Array.from({ length: 500 }, (_, i) => i + 10));
});

test("a server that is frozen for longer than the grace is given up, though it still accepts", async () => {
  const { process, port } = await server();
  const session = over(port, { heartbeat: 200, grace: 1500, limits: { handshake: 300 } });
  const numbers = session.client("numbers");
  const items = session.reader("items", undefined, { prefetch: 16 });
  expect(await numbers.receive()).toBe(0);
  expect(await items.read(3)).toEqual([0, 1, 2]);
  signal(process, "SIGSTOP");
  // What has come already is read.
  const reading = failure(items.read().then(() => items.read()));
  for (const error of await Promise.all([failure(numbers.receive()), reading])) {
    expect(error).toBeInstanceOf(LinkClosed);
    expect(String(error)).toContain("could not be reached");
  }
  signal(process, "SIGCONT");
  const next = over(port).client("numbers");
  expect(await next.receive()).toBe(0);
});

test("a peer that accepts and never says HELLO is no link", async () => {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => sockets.push(socket.on("error", () => {})));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const { port } = listener.address() as AddressInfo;
  const session = over(port, { grace: 400, limits: { handshake: 100 } });
  const error = await failure(session.client("numbers").receive());
  expect(error).toBeInstanceOf(LinkClosed);
  expect(String((error as LinkClosed).cause)).toContain("HELLO");
  expect(sockets.length).toBeGreaterThan(1);
});

test("a link that goes silent in both directions, half open, is given up and resumed on another", async () => {
  const { port } = await server();
  // A proxy that can stop passing anything on, without closing.
  let silent = false;
  const proxied: Socket[] = [];
  const proxy = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    proxied.push(
      near.on("error", () => {}),
      far.on("error", () => {}),
    );
    const deaf = silent;
    const pass = (from: Socket, to: Socket): void => {
      from.on("data", (bytes) => {
        if (deaf === silent) to.write(bytes);
      });
      from.on("close", () => to.destroy());
    };
    pass(near, far);
    pass(far, near);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => {
    for (const socket of proxied) socket.destroy();
    proxy.close();
  });
  const session = over((proxy.address() as AddressInfo).port, { heartbeat: 100 });
  const numbers = session.client("numbers");
  const got: number[] = [];
  for (let i = 0; i < 300; i++) {
    got.push(await numbers.receive());
    if (i % 100 === 50) silent = !silent;
  }
  expect(got).toEqual(Array.from({ length: 300 }, (_, i) => i));
  expect(proxied.length).toBe(8);
});
