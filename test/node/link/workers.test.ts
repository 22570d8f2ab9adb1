/** The other side, a worker, computes, freezes, crashes or ends: it is waited for, or every call settles. */
import { Worker } from "node:worker_threads";

import { LinkClosed, Session, type SessionOptions } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";
import { expect, onTestFinished, test } from "vitest";

import { settled } from "../../support/settled.ts";
import { busy, failure } from "./calls.ts";
import type { Services } from "./programs/services.ts";

function worker(options?: SessionOptions): { thread: Worker; session: Session<Services> } {
  const thread = new Worker(new URL("programs/worker.ts", import.meta.url), {
    execArgv: ["--import", new URL("../use-source.mjs", import.meta.url).href],
    stderr: true,
  });
  thread.on("error", () => {});
  const session = new Session<Services>(portLink(thread), options);
  onTestFinished(async () => {
    await thread.terminate();
    await session.close();
  });
  return { thread, session };
}

test("a worker that computes is waited for, however long that takes", async () => {
  const { session } = worker();
  const numbers = session.client("numbers");
  expect(await numbers.receive()).toBe(0);
  const until = new Int32Array(new SharedArrayBuffer(4));
  const computing = session.client("frozen", until).receive();
  const answers = [numbers.receive(), numbers.receive()];
  await settled();
  Atomics.store(until, 0, 1);
  Atomics.notify(until, 0);
  expect(await computing).toBe("done");
  expect(await Promise.all(answers)).toEqual([1, 2]);
});

test("a worker that is frozen is given up after two heartbeats, if it has any", async () => {
  const { session } = worker({ heartbeat: 300 });
  const numbers = session.client("numbers");
  expect(await numbers.receive()).toBe(0);
  const computing = session.client("frozen", new Int32Array(new SharedArrayBuffer(4))).receive();
  for (const error of await Promise.all([failure(computing), failure(numbers.receive())])) {
    expect(error).toBeInstanceOf(LinkClosed);
    expect(String((error as LinkClosed).cause)).toContain("silent");
  }
});

test("a worker's errors, its end, and its termination", async () => {
  for (const [end, why] of [
    [(session: Session<Services>) => failure(session.client("crash").next()), "crashed"],
    [(session: Session<Services>) => failure(session.client("exit", 3).next()), "code 3"],
  ] as const) {
    const { session } = worker();
    const numbers = session.client("numbers");
    expect(await numbers.receive()).toBe(0);
    const error = await end(session);
    expect(error).toBeInstanceOf(LinkClosed);
    expect(String((error as LinkClosed).cause)).toContain(why);
    expect(await failure(numbers.receive())).toBeInstanceOf(LinkClosed);
  }
  const { thread, session } = worker();
  const settle = await busy(session);
  await thread.terminate();
  for (const error of await settle()) expect(error).toBeInstanceOf(LinkClosed);
});
