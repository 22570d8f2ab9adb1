/** The turns of the event loop that `cooperative` takes, by whatever the runtime has for them. */
import { cooperative } from "coroutine-channels";
import { afterEach, expect, test, vi } from "vitest";

import { settled } from "../support/settled.ts";

/** Takes the place of what calls back, one after another, each in another turn; counts how often. */
function counted(): { readonly call: (callback: () => void) => void; used: number } {
  let turns = Promise.resolve();
  const counting = {
    used: 0,
    call(callback: () => void): void {
      counting.used++;
      turns = turns.then(settled).then(callback);
    },
  };
  return counting;
}

let channels = 0;

class Messages {
  readonly port1: { onmessage: unknown } = { onmessage: undefined };
  readonly port2 = {
    postMessage: () => this.#sent.call(() => (this.port1.onmessage as () => void)()),
  };
  readonly #sent = counted();

  constructor() {
    channels++;
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

async function* again(item: number): AsyncGenerator<number, void, void> {
  for (;;) yield item;
}

/** Takes three turns at once, and tells what happened in which order. */
async function takeTurns(): Promise<unknown[]> {
  const seen: unknown[] = [];
  const flows = [1, 2, 3].map((i) => cooperative(again(i), { budget: 0 }));
  // The turn comes before the second item.
  for (const flow of flows) await flow.next();
  await settled();
  const turns = flows.map(async (flow) => seen.push((await flow.next()).value));
  for (let i = 0; i < 100; i++) await undefined;
  seen.push("no microtask");
  await Promise.all(turns);
  for (const flow of flows) await flow.return();
  return seen;
}

test("they are taken in order, whatever this runtime has", async () => {
  expect(await takeTurns()).toEqual(["no microtask", 1, 2, 3]);
});

test("setImmediate is used where there is one", async () => {
  const immediate = counted();
  vi.stubGlobal("setImmediate", immediate.call);
  expect(await takeTurns()).toEqual(["no microtask", 1, 2, 3]);
  expect(immediate.used).toBe(3);
});

test("one channel of messages is used for all where there is no setImmediate", async () => {
  const timeout = counted();
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal("MessageChannel", Messages);
  vi.stubGlobal("setTimeout", timeout.call);
  expect(await takeTurns()).toEqual(["no microtask", 1, 2, 3]);
  expect(await takeTurns()).toEqual(["no microtask", 1, 2, 3]);
  expect(timeout.used).toBe(0);
  expect(channels).toBeLessThanOrEqual(1); // a browser has opened its own for the first test
});

test("setTimeout is used where there is nothing else", async () => {
  const timeout = counted();
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal("MessageChannel", undefined);
  vi.stubGlobal("setTimeout", timeout.call);
  expect(await takeTurns()).toEqual(["no microtask", 1, 2, 3]);
  expect(timeout.used).toBe(3);
});

test("time is that of performance where there is one, and else of the date", async () => {
  const immediate = counted();
  vi.stubGlobal("setImmediate", immediate.call);
  let date = 0;
  vi.stubGlobal("Date", { now: () => (date += 10) });
  const takeThree = async (): Promise<void> => {
    const flow = cooperative(again(1), { budget: 5 });
    for (let i = 0; i < 3; i++) await flow.next();
    await flow.return();
  };
  vi.stubGlobal("performance", { now: () => 12.5 });
  await takeThree();
  expect(immediate.used).toBe(0);
  vi.stubGlobal("performance", undefined);
  await takeThree();
  expect(immediate.used).toBe(2);
});
