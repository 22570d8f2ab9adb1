import { afterEach, describe, expect, test, vi } from "vitest";
import { cooperative, produce } from "coroutine-channels";
import { Probe } from "./probe.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

function* naturals(): Generator<number, void, void> {
  for (let i = 0; ; i++) yield i;
}

describe("cooperative", () => {
  test.each([1, 8, 100])(
    "ts-chan: takes a turn after %i milliseconds, and no sooner",
    async (budget) => {
      let time = 0;
      let turns = 0;
      vi.stubGlobal("performance", { now: () => time });
      vi.stubGlobal("setImmediate", (callback: () => void) => {
        turns++;
        time += 1000;
        callback();
      });
      const flow = cooperative(naturals(), { budget });
      await flow.next();
      for (let round = 0; round < 3; round++) {
        for (let ms = 1; ms < budget; ms++) {
          time++;
          await flow.next();
        }
        expect(turns).toBe(round);
        time++;
        await flow.next();
        expect(turns).toBe(round + 1);
      }
      await flow.return();
    },
  );

  test.each([
    [0, 5],
    [Infinity, 0],
  ])(
    "with a budget of %d takes a turn at each of 5 further items, %i in all",
    async (budget, all) => {
      let turns = 0;
      vi.stubGlobal("setImmediate", (callback: () => void) => {
        turns++;
        callback();
      });
      const flow = cooperative(naturals(), { budget });
      await Promise.all(Array.from({ length: 6 }, () => flow.next()));
      expect(turns).toBe(all);
      await flow.return();
    },
  );

  test("lets a timer fire in a loop that never waits", async () => {
    let fired = false;
    const endless = produce<number>(async (server) => {
      for (let i = 0; ; i++) await server.send(i);
    });
    setTimeout(() => (fired = true), 1);
    for await (const _ of cooperative(endless, { budget: 1 })) if (fired) break;
    expect(fired).toBe(true);
  });

  test("lets another loop of its kind have its turn", async () => {
    const seen: string[] = [];
    async function count(name: string) {
      const items = new Probe({ items: [1, 2, 3] });
      for await (const i of cooperative(items, { budget: 0 })) seen.push(`${name}${i}`);
    }
    await Promise.all([count("a"), count("b")]);
    expect(seen).toEqual(["a1", "b1", "a2", "b2", "a3", "b3"]);
  });

  test("gives in the end what its source returned", async () => {
    const flow = cooperative(new Probe({ result: "result" }));
    expect(await flow.next()).toEqual({ value: "result", done: true });
  });

  test.each([-1, NaN])("rejects the budget %s", (budget) => {
    const message = `budget is a number of milliseconds from 0, and not ${budget}`;
    expect(() => cooperative(new Probe(), { budget })).toThrow(new RangeError(message));
  });
});

describe("defects of peers that cooperative cures", () => {
  test("denoland/deno#24360, nodejs/promise-use-cases#25, RubenVerborgh/AsyncIterator#13, RubenVerborgh/AsyncIterator#14, RubenVerborgh/AsyncIterator#93: microtasks do not starve the event loop", async () => {
    async function* busy() {
      for (;;) yield;
    }
    const turn = new Promise<"turn">((resolve) => setTimeout(() => resolve("turn")));
    const loop = async () => {
      let over = false;
      void turn.then(() => (over = true));
      for await (const _ of cooperative(busy(), { budget: 1 })) if (over) return "loop" as const;
      return "end" as const;
    };
    expect(await Promise.all([turn, loop()])).toEqual(["turn", "loop"]);
  });
});
