/** It holds nothing itself: what is lost is collected, and told; memory stays flat. Needs `--expose-gc`. */

import { expect, test } from "vitest";

import { record, report } from "../../../src/inspect.ts";
import { lostSoFar } from "../../../src/inspect/log.ts";
import { Channel } from "../../../src/index.ts";
import { FLAT, heap } from "../../support/garbage.ts";
import { byScope } from "../../support/scope.ts";
import { settled } from "../../support/settled.ts";

/** A routine that waits for an answer that nobody can give any more. */
async function lookUp(key: number): Promise<void> {
  const answer = new Channel<number>();
  void answer.client().next();
  const server = await answer.server();
  await server.send(key);
}

async function lose(count: number): Promise<void> {
  for (let i = 0; i < count; i++) void lookUp(i);
  await settled();
}

/** Waits until so many have been found to be lost. */
async function found(count: number): Promise<void> {
  for (let i = 0; i < 100 && lostSoFar().size < count; i++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

test("10,000 lost waits are all told, in one group", async () => {
  await lose(10_000);
  await found(10_000);
  const [first, group, ...rest] = report().split("\n\n");
  expect(first).toBe(
    "coroutine-channels: no call waits. 10,000 calls were garbage-collected while they waited.",
  );
  expect(group?.replaceAll("\n", " ")).toMatch(
    /^channel \d+\.server\.send \(created at .*\), and 9,999 more like it, at lookUp \(/,
  );
  expect(rest).toEqual([]);
});

test("lost waits leave no memory, recorded or not", async () => {
  for (const recording of [undefined, record({ limit: 1000 })]) {
    await lose(2000);
    await found(2000);
    report();
    const before = await heap();
    await lose(5000);
    await found(5000);
    report();
    expect((await heap()) - before).toBeLessThan(FLAT);
    recording?.stop();
  }
});

test("very many hand-overs keep no more events than the limit, and count the rest", async () => {
  const items = byScope({ part: 25_000, usual: 25_000, long: 1_000_000 });
  const recording = record({ limit: 1000 });
  let happened = 0;
  const { subscribe, unsubscribe } = await import("node:diagnostics_channel");
  const listen = () => void happened++;
  subscribe("coroutine-channels", listen);
  const channel = new Channel<number>({ name: "many" });
  void channel.serve(async (server) => {
    for (let i = 0; i < items; i++) await server.send(i);
  });
  for await (const _ of channel.client());
  unsubscribe("coroutine-channels", listen);
  recording.stop();
  expect(happened).toBeGreaterThan(4 * items);
  expect(recording.events.length).toBe(1000);
  expect(recording.dropped).toBe(happened - 1000);
});

test("a channel that has ended is not held", async () => {
  const before = await heap();
  for (let i = 0; i < 8000; i++) {
    const channel = new Channel<number>();
    const asked = channel.client().next();
    await channel.client().return();
    await asked;
  }
  // What has been found to be gone is forgotten in a turn of its own.
  for (let i = 0; i < 3; i++) {
    await heap();
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect((await heap()) - before).toBeLessThan(FLAT);
});
