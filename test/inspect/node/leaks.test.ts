/** It holds nothing itself: what is lost is collected, and told; memory stays flat. Needs `--expose-gc`. */

import { expect, test } from "vitest";

import { record, report } from "../../../src/inspect.ts";
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

async function collected(): Promise<string> {
  let told = "";
  for (let i = 0; i < 100 && !told.includes("no call waits"); i++) {
    await settled();
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve));
    if (i % 10 === 9) told += report();
  }
  return told;
}

test("10,000 lost waits are all told, in one group", async () => {
  report();
  await lose(10_000);
  await heap();
  for (let i = 0; i < 20; i++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve));
  }
  const [first, group, ...rest] = report().split("\n\n");
  expect(first).toBe(
    "coroutine-channels: no call waits. 10,000 calls were garbage-collected while they waited.",
  );
  expect(group).toMatch(
    /^channel \d+\.server\.send \(created at .*\), and 9,999 more like it, at lookUp \(/,
  );
  expect(rest).toEqual([]);
});

test("lost waits leave no memory, recorded or not", async () => {
  await lose(2000);
  await collected();
  for (const recording of [undefined, record()]) {
    await lose(2000);
    await collected();
    const before = await heap();
    await lose(10_000);
    await collected();
    expect((await heap()) - before).toBeLessThan(FLAT + (recording === undefined ? 0 : 5_000_000));
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
  for (let i = 0; i < 20_000; i++) {
    const channel = new Channel<number>();
    const asked = channel.client().next();
    await channel.client().return();
    await asked;
  }
  await collected();
  expect((await heap()) - before).toBeLessThan(FLAT);
});
