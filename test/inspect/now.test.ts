/** Who waits now: `waits()` and `report()`, and what they never say. */

import { beforeEach, describe, expect, test } from "vitest";

import { report, waits } from "../../src/inspect.ts";
import { Channel, ChannelClosed, merge, produce, select, StreamChannel } from "../../src/index.ts";

// The browsers' stacks tell less, and some have no name for who calls.
const v8 = "captureStackTrace" in Error && !("Bun" in globalThis) && "process" in globalThis;

const turn = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(async () => {
  const left = await waits();
  if (left.length > 0) throw new Error(`Another test has left calls that wait: ${report()}`);
});

test("waits() tells every call, oldest first", async () => {
  const letters = new Channel<string>({ name: "letters" });
  const unnamed = new Channel<string>();
  const before = performance.now();
  const calls = [letters.client().next(), unnamed.client().next(), letters.client().receive()];
  const told = await waits();
  expect(told.map(({ channel, end, op }) => `${channel}.${end}.${op}`)).toEqual([
    "letters.client.next",
    expect.stringMatching(/^channel \d+\.client\.next$/),
    "letters.client.receive",
  ]);
  expect(told.map(({ why }) => why)).toEqual([
    "for a server. Nobody serves this channel.",
    "for a server. Nobody serves this channel.",
    "behind 1 call of the same end.",
  ]);
  expect(told[0]!.since).toBeGreaterThanOrEqual(before);
  expect(told[0]!.since).toBeLessThanOrEqual(performance.now());
  await Promise.all([letters.client().return(), unnamed.client().return()]);
  await Promise.allSettled(calls);
});

test.runIf(v8)("waits() tells where", async () => {
  const letters = new Channel<string>({ name: "letters" });
  async function read() {
    await letters.client().next();
  }
  async function readAll() {
    await read();
  }
  const reading = readAll();
  const [wait] = await waits();
  expect(wait!.at).toMatch(/^read \(.*now\.test\.ts:\d+:\d+\)$/);
  expect(wait!.callers[0]).toMatch(/^readAll \(.*now\.test\.ts:\d+:\d+\)$/);
  expect(wait!.created).toMatch(/now\.test\.ts:\d+:\d+\)?$/);
  await letters.client().return();
  await reading;
});

test("what is settled in the same turn is no wait", async () => {
  const channel = new Channel<string>();
  const serving = channel.serve((server) => server.send("A"));
  const item = channel.client().next();
  const told = waits();
  await item;
  await channel.client().next();
  await serving;
  expect(await told).toEqual([]);
});

test("a channel that is served, and never asked, is no wait", async () => {
  const channels = [
    new Channel<string>(),
    new Channel<string>(),
    new StreamChannel<string>(),
  ] as const;
  const [bare, scoped, stream] = channels;
  void bare.server().catch(ChannelClosed.ignore);
  void scoped.serve(async () => {});
  void stream.serve(async () => {});
  produce<string>(async () => {});
  expect(await waits()).toEqual([]);
  expect(report()).toContain("server.serve");
  await Promise.all(channels.map((channel) => channel.client().return()));
});

test("one that has been asked, and does not answer, is one", async () => {
  const channel = new Channel<string>({ name: "asked" });
  const asked = channel.client().next();
  expect((await waits()).length).toBe(1);
  await channel.client().return();
  await asked;
});

test.runIf(v8)(
  "produce reports as what it is, and waits for a first request as serve does",
  async () => {
    let end = (): void => {};
    const made = produce<string>(() => new Promise((resolve) => (end = resolve)), { name: "made" });
    expect(report()).toContain("made.server.produce since");
    expect(await waits()).toEqual([]);
    const asked = made.next();
    expect((await waits()).map(({ why }) => why)).toEqual([
      expect.stringMatching(/^for the next item. Its server last called produce at .*now.test.ts/),
    ]);
    end();
    await asked;
  },
);

test("the pieces report as what they are", async () => {
  const rows = new Channel<string>({ name: "rows" });
  const lines = new Channel<string>({ name: "lines" });
  const controller = new AbortController();
  const chosen = select(
    { rows: rows.client(), lines: lines.client() },
    { signal: controller.signal },
  );
  expect((await waits()).map(({ channel, op }) => `${channel} ${op}`)).toEqual([
    "rows select",
    "lines select",
  ]);
  controller.abort();
  await chosen.catch(() => {});
  const merged = merge(rows.client(), lines.client());
  const item = merged.next();
  const told = await waits();
  expect(told.map(({ channel }) => channel)).toEqual(["rows", "lines"]);
  if (v8) {
    expect(told.map(({ op, at }) => `${op} ${at?.includes("now.test.ts")}`)).toEqual([
      "merge true",
      "merge true",
    ]);
  }
  await merged.return();
  await item;
});

describe.runIf(v8)("a deadlock", () => {
  /** Each body asks the next channel before it answers. */
  async function ring(count: number): Promise<() => Promise<void>> {
    const channels = Array.from(
      { length: count },
      (_, i) => new Channel<number>({ name: `ring${i}` }),
    );
    const controller = new AbortController();
    const servings = channels.map((channel, i) => {
      const next = channels[(i + 1) % count]!;
      const body = {
        async [`body${i}`]() {
          await next.client().receive({ signal: controller.signal });
        },
      }[`body${i}`]!;
      return channel.serve(body);
    });
    const first = channels[0]!.client().receive({ signal: controller.signal });
    for (let i = 0; i < count * 10; i++) await undefined;
    return async () => {
      controller.abort();
      await Promise.allSettled([first, ...servings]);
      await Promise.allSettled(channels.map((channel) => channel.client().return()));
    };
  }

  test.each([2, 3, 4, 5, 6, 7, 8, 9, 10])(
    "of %i bodies is one circle, complete and in order",
    async (count) => {
      const end = await ring(count);
      await turn();
      const paragraphs = report().split("\n\n");
      const circle = paragraphs[1]!.split("\n");
      expect(circle[0]).toBe(
        "Perhaps a deadlock: each waits for the next, the last for the first.",
      );
      expect(
        circle
          .slice(1)
          .map((line) => /^ {2}(\w+) +in (\w+)\.client\.receive /.exec(line)?.slice(1)),
      ).toEqual(Array.from({ length: count }, (_, i) => [`body${i}`, `ring${(i + 1) % count}`]));
      expect(paragraphs.filter((text) => text.includes("deadlock"))).toHaveLength(1);
      await end();
    },
  );

  test("is never certain while the program runs: another call of the same body may be about to answer", async () => {
    const questions = new Channel<string, string>({ name: "questions" });
    let answer = (): void => {};
    // One worker of the body waits for the channel that the other will answer.
    const serving = questions.serve(async function twoWorkers(server) {
      const asks = server.send("who?");
      const answered = new Promise<string>((resolve) => (answer = () => resolve("me")));
      await Promise.all([asks, answered]);
    });
    const client = questions.client();
    await client.receive();
    await turn();
    const text = report();
    expect(text).not.toMatch(/^Deadlock/m);
    answer();
    await client.return();
    await serving;
  });
});

test("what waits no longer is told no longer", async () => {
  const channel = new Channel<string>({ name: "over" });
  const waiting = channel.client().next();
  expect(report()).toContain("over.client.next");
  await channel.client().return();
  await waiting;
  expect(report()).not.toContain("over.");
});
