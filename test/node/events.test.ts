/** The emitters and targets of Node itself, next to Node's own `events.on`. */
import { EventEmitter, getEventListeners, on } from "node:events";

import { expect, expectTypeOf, test } from "vitest";

import { Channel, events } from "coroutine-channels";

/** What a loop sees, and how it ends. */
async function seen(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  try {
    for await (const item of items) {
      all.push(item);
      if (all.length === 5) break;
    }
    all.push("end");
  } catch (error) {
    all.push((error as Error).name, (error as Error).message);
  }
  return all;
}

const error = new Error("emitter");

test.each<[string, string, (emitter: EventEmitter, controller: AbortController) => void]>([
  ["only events", "data", (emitter) => [1, 2, 3, 4, 5].forEach((i) => emitter.emit("data", i, -i))],
  [
    "an error after some events",
    "data",
    (emitter) => {
      emitter.emit("data", 1);
      emitter.emit("error", error);
      emitter.emit("data", 2);
    },
  ],
  [
    "an abort after some events",
    "data",
    (emitter, controller) => {
      emitter.emit("data", 1);
      controller.abort();
      emitter.emit("data", 2);
    },
  ],
  [
    "error events that are listened to",
    "error",
    (emitter) => [1, 2, 3, 4, 5].forEach(() => emitter.emit("error", error)),
  ],
])("events ends and gives the same as events.on: %s", async (_, name, act) => {
  const run = async (iterate: typeof events) => {
    const emitter = new EventEmitter();
    const controller = new AbortController();
    const { signal } = controller;
    const items = iterate(emitter, name, { signal });
    act(emitter, controller);
    const all = await seen(items);
    const listeners = ["data", "error"].map((each) => emitter.listenerCount(each));
    return { all, listeners, onSignal: getEventListeners(signal, "abort").length };
  };
  const [ours, theirs] = await Promise.all([run(events), run(on as unknown as typeof events)]);
  // Node has its own words for an abort.
  const wordless = ({ all }: typeof ours) => all.filter((part) => !/abort/.test(String(part)));
  expect(wordless(ours)).toEqual(wordless(theirs));
  expect(ours).toMatchObject({ listeners: [0, 0], onSignal: 0 });
});

test("events gives nobody what the emit that ends it still brings", async () => {
  const emitter = new EventEmitter();
  const controller = new AbortController();
  const dropped: unknown[] = [];
  emitter.on("data", () => controller.abort("enough"));
  const onDrop = (event: unknown) => dropped.push(event);
  const items = events(emitter, "data", { signal: controller.signal, onDrop });
  const request = items.next();
  await new Promise((resolve) => setImmediate(resolve));
  emitter.emit("data", "late"); // Node calls those that were listening when it began
  await expect(request).rejects.toBe("enough");
  expect(await items.next()).toEqual({ value: undefined, done: true });
  expect(dropped).toEqual([]); // it came after the end
});

test("events takes Node's emitters and targets, typed", async () => {
  const emitter = events(new EventEmitter(), "data");
  expectTypeOf(emitter).toEqualTypeOf<AsyncGenerator<unknown[], void, void>>();
  const { port1, port2 } = new MessageChannel();
  const messages = events(port1, "message");
  port1.start();
  port2.postMessage("hello");
  // A port of Node is both, and one of a browser is not.
  expect((await messages.next()).value).toMatchObject({ type: "message", data: "hello" });
  await Promise.all([emitter.return(), messages.return()]);
  port1.close();
});

test.each<[string, () => Promise<void>]>([
  [
    "loops that end",
    async () => {
      const emitter = new EventEmitter();
      for (let i = 0; i < 100; i++) {
        const items = events(emitter, "data");
        emitter.emit("data", i);
        for await (const _ of items) break;
      }
    },
  ],
  [
    "calls that wait with one signal, of which Node 20 takes eleven for a leak: ipfs/js-ipfs#4321",
    async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const client = new Channel<number>().client();
      const calls = Array.from({ length: 20 }, () => client.receive({ signal }));
      controller.abort();
      await Promise.allSettled(calls);
    },
  ],
])("MaxListenersExceededWarning is not caused by %s", async (_, program) => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on("warning", note);
  await program();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", note);
  expect(warnings).toEqual([]);
});
