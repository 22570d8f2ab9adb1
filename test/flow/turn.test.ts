/** Turns of the event loop, by whatever the runtime has for them. */
import { afterEach, expect, test, vi } from "vitest";

import { now, turn } from "../../src/flow/turn.ts";
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

/** Takes three turns at once, and tells what happened in which order. */
async function takeTurns(): Promise<unknown[]> {
  const seen: unknown[] = [];
  const turns = [1, 2, 3].map((i) => turn().then(() => seen.push(i)));
  for (let i = 0; i < 100; i++) await undefined;
  seen.push("no microtask");
  await Promise.all(turns);
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

test("milliseconds are those of performance where there is one, and else of the date", () => {
  vi.stubGlobal("performance", { now: () => 12.5 });
  vi.stubGlobal("Date", { now: () => 13 });
  expect(now()).toBe(12.5);
  vi.stubGlobal("performance", undefined);
  expect(now()).toBe(13);
});
