import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { Channel, ChannelClosed, produce, StreamChannel } from "coroutine-channels";
import type { Client, Server } from "coroutine-channels";
import { settled, state } from "../support/settled.ts";
import {
  broadcast,
  buffer,
  cooperative,
  distribute,
  events,
  merge,
  select,
} from "coroutine-channels";
import { Probe } from "./probe.ts";
import { type Outcome, SelectModel } from "./select-model.ts";
import { makeAskable } from "../../src/core/ask.ts";
import { thorough } from "../support/scope.ts";
import { deferred } from "../support/deferred.ts";

/** A channel whose server end is open, so that what is sent is there at once. */
async function opened<T, R = void>(): Promise<{
  client: Client<T, void, R>;
  server: Server<T, void, R>;
}> {
  const channel = new Channel<T, void, R>();
  const controller = new AbortController();
  const client = channel.client();
  const server = channel.server();
  client.receive({ signal: controller.signal }).catch(() => {});
  controller.abort();
  return { client, server: await server };
}

function listeners(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    count++;
    addEventListener.apply(signal, args as never);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    count--;
    removeEventListener.apply(signal, args as never);
  };
  return () => count;
}

describe("what Promise.race loses and select does not", () => {
  const numbers = (from: number) =>
    produce<number>(async (server) => {
      for (let i = from; ; i++) await server.send(i);
    });

  test("Promise.race takes an item from each end and drops all but one", async () => {
    const ends = [numbers(1), numbers(101)];
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++)
      seen.push((await Promise.race(ends.map((end) => end.next()))).value);
    expect(seen).toEqual([1, 2, 3, 4]);
    // The items 101 to 104 have been handed over, and nobody has seen them.
    expect(await ends[1]!.receive()).toBe(105);
  });

  test("select takes one item, and the others are still there", async () => {
    const [low, high] = [numbers(1), numbers(101)];
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) seen.push((await select({ low, high })).value);
    expect(seen).toEqual([1, 101, 2, 3]);
    expect([await low.receive(), await high.receive()]).toEqual([4, 102]);
  });
});

describe("the model", () => {
  const reason = new Error("aborted");
  const errors = [new Error("first arm"), new Error("second arm"), new Error("third arm")];
  type Step = `${"send" | "end" | "fail" | "next"} ${number}` | "select" | "abort";

  const alphabet = (arms: number): Step[] => [
    "select",
    "abort",
    ...Array.from({ length: arms }, (_, i): Step[] => [
      `send ${i}`,
      `end ${i}`,
      `fail ${i}`,
      `next ${i}`,
    ]).flat(),
  ];

  const ticks = async () => {
    for (let i = 0; i < 8; i++) await undefined;
  };

  /** Does the same to channels and to the model, and compares all that was asked for and all that is left. */
  async function compare(
    steps: readonly Step[],
    arms: number,
    { fair = false, patient = true } = {},
  ): Promise<void> {
    const names = ["a", "b", "c"].slice(0, arms);
    const model = new SelectModel(names, fair);
    const ends = await Promise.all(names.map(() => opened<unknown, unknown>()));
    const clients = Object.fromEntries(names.map((name, i) => [name, ends[i]!.client]));
    const outcomes: Outcome[] = [];
    const controllers: [index: number, AbortController][] = [];
    let sent = 0;

    function note(asked: Promise<Outcome>): void {
      const index = outcomes.push("waiting") - 1;
      asked.then(
        (result) => (outcomes[index] = result),
        (error: unknown) => (outcomes[index] = { error }),
      );
    }

    for (const step of steps) {
      const [what, which] = step.split(" ");
      const i = Number(which);
      if (what === "select") {
        const controller = new AbortController();
        controllers.push([model.outcomes.length, controller]);
        model.select();
        note(select(clients, { fair, signal: controller.signal }));
      } else if (what === "abort") {
        const [index, controller] = controllers.pop() ?? [];
        controller?.abort(reason);
        if (index !== undefined) model.abort(index, reason);
      } else {
        const { client, server } = ends[i]!;
        if (what === "send") {
          server.send(++sent).catch(() => {});
          model.emit(i, { item: sent });
        } else if (what === "end") {
          void server.return(`end ${i}`);
          model.emit(i, { end: `end ${i}` });
        } else if (what === "fail") {
          server.throw(errors[i]).catch(() => {});
          model.emit(i, { error: errors[i] });
        } else {
          note(client.next() as Promise<Outcome>);
          model.next(i);
        }
      }
      if (patient) {
        await ticks();
        expect({ steps, outcomes }).toEqual({ steps, outcomes: model.outcomes });
      }
    }
    // What is left in each arm is what the model has left.
    for (const [i, { client }] of ends.entries()) {
      for (let rest = model.arms[i]!.sent.length; rest > 0; rest--) {
        note(client.next() as Promise<Outcome>);
        model.next(i);
      }
    }
    await ticks();
    expect({ steps, outcomes }).toEqual({ steps, outcomes: model.outcomes });
  }

  function* sequences(steps: readonly Step[], length: number): Generator<Step[]> {
    yield [];
    if (length === 0) return;
    for (const rest of sequences(steps, length - 1))
      for (const step of steps) yield [step, ...rest];
  }

  const less = thorough ? 0 : 1;

  test.each([
    [2, 4, {}],
    [2, 4, { patient: false }],
    [2, 4, { fair: true }],
    [3, 3, {}],
    [3, 3, { patient: false }],
    [3, 3, { fair: true }],
  ])(
    "agrees for all sequences: %i arms, %i steps, %o",
    { timeout: 60_000 },
    async (arms, length, options) => {
      for (const steps of sequences(alphabet(arms), length - less))
        await compare(steps, arms, options);
    },
  );

  test.each([2, 3])(
    "agrees for long random sequences of %i arms",
    { timeout: 60_000 },
    async (arms) => {
      const steps = fc.array(
        fc.oneof(
          {
            weight: 6,
            arbitrary: fc.constantFrom(...alphabet(arms).filter((step) => /send/.test(step))),
          },
          { weight: 6, arbitrary: fc.constant<Step>("select") },
          { weight: 2, arbitrary: fc.constant<Step>("abort") },
          { weight: 1, arbitrary: fc.constantFrom(...alphabet(arms)) },
        ),
        { maxLength: 50, size: "max" },
      );
      await fc.assert(
        fc.asyncProperty(steps, fc.boolean(), fc.boolean(), (all, fair, patient) =>
          compare(all, arms, { fair, patient }),
        ),
        { numRuns: less ? 50 : 500 },
      );
    },
  );
});

describe("select", () => {
  test("takes one item when several servers send in the same turn", async () => {
    const [a, b] = await Promise.all([opened<string>(), opened<string>()]);
    const selected = select({ a: a.client, b: b.client });
    const sends = [b.server.send("of b"), a.server.send("of a")];
    expect(await selected).toEqual({ key: "b", value: "of b", done: false });
    expect(await a.client.receive()).toBe("of a");
    await Promise.all([a.client.return(), b.client.return()]);
    const closed = await Promise.allSettled(sends);
    expect(closed.map((send) => send.status === "rejected" && send.reason.undelivered)).toEqual([
      false,
      false,
    ]);
  });

  test("tells a sender whose item it did not take that it was not delivered", async () => {
    const [a, b] = await Promise.all([opened<string>(), opened<string>()]);
    const selected = select({ a: a.client, b: b.client });
    void a.server.send("of a").catch(() => {});
    const send = b.server.send("of b");
    await selected;
    await b.client.return();
    await expect(send).rejects.toMatchObject({ undelivered: true });
  });

  test("prefers the first of several that are ready, and with fair the one left out longest", async () => {
    const arms: Record<string, Client<number>> = {};
    for (const key of ["a", "b", "c"]) {
      const { client, server } = await opened<number>();
      for (let i = 0; i < 20; i++) void server.send(i).catch(() => {});
      arms[key] = client;
    }
    const keys = async (count: number, fair: boolean) => {
      let all = "";
      for (let i = 0; i < count; i++) all += (await select(arms, { fair })).key;
      return all;
    };
    expect(await keys(5, false)).toBe("aaaaa");
    expect(await keys(9, true)).toBe("abcabcabc");
    expect(await keys(1, true)).toBe("a");
    expect(await keys(2, false)).toBe("aa");
  });

  test("tc39/proposal-async-iterator-helpers#15: gives every ready arm its share over 10,000 rounds when it is fair", async () => {
    const endless = () =>
      produce<number>(async (server) => {
        for (let i = 0; ; i++) await server.send(i);
      });
    const arms = { a: endless(), b: endless(), c: endless(), d: endless() };
    const counts = { a: 0, b: 0, c: 0, d: 0 };
    for (let i = 0; i < 10_000; i++) counts[(await select(arms, { fair: true })).key]++;
    for (const count of Object.values(counts)) expect(count).toBeGreaterThanOrEqual(10_000 / 4 / 2);
  });

  test("is fair to each of two loops that distribute nothing", async () => {
    const endless = () =>
      produce<number>(async (server) => {
        for (;;) await server.send(0);
      });
    const loops = [
      { a: endless(), b: endless() },
      { a: endless(), b: endless() },
    ];
    const counts = [
      { a: 0, b: 0 },
      { a: 0, b: 0 },
    ];
    for (let i = 0; i < 200; i++) {
      const [arms, count] = [loops[i % 2]!, counts[i % 2]!];
      count[(await select(arms, { fair: true })).key]++;
      await settled();
    }
    for (const { a, b } of counts) expect(Math.abs(a - b)).toBeLessThanOrEqual(2);
  });

  test(
    "conserves every item over a million selections of random keys",
    { timeout: 60_000 },
    async () => {
      const total = 20_000;
      const from = (first: number) =>
        produce<number>(async (server) => {
          for (let i = first; i < total; i += 3) {
            await server.send(i);
            if (i % 7 === 0) await undefined;
          }
        });
      const arms: Record<string, Client<number>> = { a: from(0), b: from(1), c: from(2) };
      const seen = new Uint8Array(total);
      for (let round = 0; Object.keys(arms).length > 0; round++) {
        const controller = new AbortController();
        const selected = select(arms, { fair: true, signal: controller.signal });
        if (round % 5 === 0) controller.abort();
        const result = await selected.catch(() => undefined);
        if (result === undefined) continue;
        if (result.done) delete arms[result.key];
        else seen[result.value]!++;
      }
      expect(seen.every((count) => count === 1)).toBe(true);
    },
  );

  test("gives the return value of an arm that has ended, and goes on with the others", async () => {
    const [a, b] = await Promise.all([opened<string, number>(), opened<string, number>()]);
    const selected = select({ a: a.client, b: b.client });
    await a.server.return(7);
    expect(await selected).toEqual({ key: "a", value: 7, done: true });
    expect(await select({ a: a.client })).toEqual({ key: "a", value: undefined, done: true });
    void b.server.send("of b");
    expect(await select({ b: b.client })).toEqual({ key: "b", value: "of b", done: false });
  });

  test("rejects with an arm's error, and takes nothing from the others", async () => {
    const [a, b] = await Promise.all([opened<string>(), opened<string>()]);
    const error = new Error("of a");
    const selected = select({ b: b.client, a: a.client });
    void a.server.throw(error);
    void b.server.send("of b");
    await expect(selected).rejects.toBe(error);
    expect(await b.client.receive()).toBe("of b");
  });

  test("takes the same end twice, and answers by its first name", async () => {
    const { client, server } = await opened<string>();
    void server.send("one").catch(() => {});
    void server.send("two").catch(() => {});
    expect(await select({ a: client, b: client })).toEqual({ key: "a", value: "one", done: false });
    expect(await client.receive()).toBe("two");
    const waits = select({ a: client, b: client });
    void server.send("three").catch(() => {});
    void server.send("four").catch(() => {});
    expect(await waits).toEqual({ key: "a", value: "three", done: false });
    expect(await client.receive()).toBe("four");
  });

  test("rejects without arms, and for what is no iterator, and takes nothing then", async () => {
    for (const none of [{}, { a: undefined }, undefined as never]) {
      await expect(select(none)).rejects.toThrow(new TypeError("select() needs at least one arm"));
    }
    const { client, server } = await opened<string>();
    for (const [none, message] of [
      [1, 'The arm "b" must be an async iterator, and not of type number'],
      [null, 'The arm "b" must be an async iterator, and not of type object'],
      [new Channel(), 'The arm "b" must be an async iterator: pass the client() of the channel'],
    ] as const) {
      const bad = { a: client, b: none as unknown as AsyncIterator<string> };
      await expect(select(bad)).rejects.toThrow(new TypeError(message));
    }
    void server.send("still there").catch(() => {});
    expect(await client.receive()).toBe("still there");
  });

  test("nodejs/node#65298: touches nothing when its signal has aborted already, even if an arm is ready", async () => {
    const { client, server } = await opened<string>();
    const foreign = new Probe({ items: [1] });
    void server.send("ready").catch(() => {});
    const reason = new Error("aborted");
    const signal = AbortSignal.abort(reason);
    await expect(select({ client, foreign }, { signal })).rejects.toBe(reason);
    expect(foreign.asked).toBe(0);
    expect(await client.receive()).toBe("ready");
  });

  test("leaves no listener on its signal, however it settles", async () => {
    const controller = new AbortController();
    const count = listeners(controller.signal);
    const { signal } = controller;
    const { client, server } = await opened<string>();
    void server.send("ready").catch(() => {});
    await select({ client }, { signal });
    expect(count()).toBe(0);
    const error = new Error("arm");
    const failing = select({ client }, { signal });
    expect(count()).toBe(1);
    void server.throw(error);
    await expect(failing).rejects.toBe(error);
    expect(count()).toBe(0);
    const other = await opened<string>();
    const aborted = select({ client: other.client }, { signal });
    controller.abort();
    await expect(aborted).rejects.toBe(signal.reason);
    expect(count()).toBe(0);
  });

  test("does not make an arm produce more than one item, however often it is withdrawn", async () => {
    let produced = 0;
    const client = produce<number>(async (server) => {
      for (;;) await server.send(++produced);
    });
    const controller = new AbortController();
    for (let i = 0; i < 10; i++) {
      select({ client }, { signal: controller.signal }).catch(() => {});
    }
    controller.abort();
    await settled();
    expect(produced).toBe(1);
    expect(await client.receive()).toBe(1);
  });

  test("nodejs/node#17469: does not get slower with the number of earlier selections", async () => {
    // Counted: what a losing arm, which never answers, is left with.
    let waiting = 0;
    const never: AsyncIterator<never> = {
      next: () =>
        ({
          then() {
            waiting++;
          },
        }) as unknown as Promise<IteratorResult<never>>,
    };
    const idle = new Channel<number>({ limit: 2 }).client();
    const busy = produce<number>(async (server) => {
      for (let i = 0; ; i++) await server.send(i);
    });
    for (let i = 0; i < 1000; i++) expect((await select({ never, idle, busy })).value).toBe(i);
    expect(waiting).toBe(1);
    // With anything left behind, this end would overflow.
    expect(await state(idle.next())).toBe("pending");
  });

  test("lets a request that has waited longer go first", async () => {
    const { client, server } = await opened<string>();
    const first = client.receive();
    const selected = select({ client });
    const last = client.receive();
    for (const item of ["one", "two", "three"]) void server.send(item).catch(() => {});
    expect(await Promise.all([first, selected, last])).toEqual([
      "one",
      { key: "client", value: "two", done: false },
      "three",
    ]);
  });

  test("takes any value as it is", async () => {
    const thenable = { then: () => expect.fail("has been awaited") };
    for (const value of [undefined, null, false, 0, thenable, { done: true }]) {
      const { client, server } = await opened<unknown>();
      void server.send(value).catch(() => {});
      const result = await select({ client });
      expect(result.value).toBe(value);
      expect(result.done).toBe(false);
    }
  });

  test("waits for both directions of channels at once", async () => {
    const down = await opened<string>();
    const up = new Channel<void, string>();
    const client = up.client();
    const asking = client.receive();
    const server = await up.server();
    const selected = select({ down: down.client, up: server });
    await asking;
    void client.send("answer").catch(() => {});
    expect(await selected).toEqual({ key: "up", value: "answer", done: false });
  });

  test("rejects for an end on which as many calls wait as its limit", async () => {
    const client = new Channel<number>({ limit: 1 }).client();
    void client.next();
    await expect(select({ client })).rejects.toMatchObject({ name: "ChannelOverflow" });
  });

  test("waits for what an end returns with, as its other calls do", async () => {
    const { client, server } = await opened<string, string>();
    const gate = deferred<string>();
    const left = client.return(gate.promise);
    const unwanted = server.send("unwanted");
    const other = await opened<string>();
    const selected = select({ client, other: other.client });
    void other.server.send("first").catch(() => {});
    expect(await selected).toMatchObject({ key: "other" });
    const again = select({ client });
    gate.resolve("left");
    expect(await left).toEqual({ value: "left", done: true });
    expect(await again).toEqual({ key: "client", value: undefined, done: true });
    await expect(unwanted).rejects.toMatchObject({ undelivered: true });
    await expect(server.send("late")).rejects.toThrow(ChannelClosed);
  });

  test("takes items of a reader one by one, and loses none of its batch", async () => {
    const channel = new StreamChannel<number>();
    const serving = channel.serve((writer) => writer.write([1, 2, 3, 4]));
    const reader = channel.client();
    const idle = new Channel<number>().client();
    expect(await select({ idle, reader })).toEqual({ key: "reader", value: 1, done: false });
    expect(await reader.read(2)).toEqual([2, 3]);
    expect(await select({ reader, idle })).toEqual({ key: "reader", value: 4, done: false });
    expect(await select({ reader, idle })).toEqual({ key: "reader", value: undefined, done: true });
    await serving;
  });

  test("leaves a reader's item where it is when the reader loses, even in the same turn", async () => {
    const channel = new StreamChannel<number>();
    const { client, server } = await opened<string>();
    const reader = channel.client();
    const selected = select({ reader, client });
    const writer = await channel.server();
    void server.send("wins").catch(() => {});
    void writer.send(1).catch(() => {});
    expect(await selected).toMatchObject({ key: "client" });
    expect(await reader.read(1)).toEqual([1]);
  });

  test("puts back what a reader's lent source has given up after another arm won", async () => {
    const channel = new StreamChannel<number>();
    const { client, server } = await opened<string>();
    function* numbers() {
      void server.send("wins").catch(() => {});
      yield 1;
      yield 2;
    }
    void channel.serve((writer) => writer.write(numbers()));
    const reader = channel.client();
    expect(await select({ reader, client })).toMatchObject({ key: "client" });
    expect(await reader.read()).toEqual([1, 2]);
  });

  test("takes the generators of the other pieces as ends", async () => {
    let produced = 0;
    const source = produce<number>(async (server) => {
      for (;;) await server.send(++produced);
    });
    const flow = cooperative(source);
    const { client, server } = await opened<string>();
    const selected = select({ client, flow });
    void server.send("wins").catch(() => {});
    expect(await selected).toMatchObject({ key: "client" });
    expect(await flow.next()).toEqual({ value: 1, done: false });
    await flow.return();
  });

  test("is told the end of a piece that is left while it waits for it", async () => {
    const source = new Probe({ then: "wait", prompt: true });
    const flow = merge(source);
    const selected = select({ flow });
    const error = new Error("thrown");
    await expect(flow.throw(error)).rejects.toBe(error);
    expect(await selected).toEqual({ key: "flow", value: undefined, done: true });
    expect(source.closed).toBe(1);
  });

  test("a piece that is asked and left in the same turn makes progress all the same", async () => {
    const sources = Array.from({ length: 6 }, () => new Probe({ items: [1] }));
    const pieces = [
      merge(sources[0]!),
      buffer(sources[1]!, { capacity: 1 }),
      broadcast(sources[2]!).subscribe(),
      distribute(sources[3]!).subscribe(),
      cooperative(sources[4]!),
      sources[5]! as AsyncIterator<number>,
    ];
    for (const [i, piece] of pieces.entries()) {
      const controller = new AbortController();
      const selecting = select({ piece }, { signal: controller.signal });
      controller.abort("withdrawn");
      await expect(selecting).rejects.toBe("withdrawn");
      await settled();
      expect(sources[i]!.given).toBe(1);
      expect(await select({ piece })).toEqual({ key: "piece", value: 1, done: false });
    }
  });

  test("makes progress with a piece next to an arm that is always ready", async () => {
    const busy = produce<string>(async (server) => {
      for (;;) await server.send("busy");
    });
    await busy.next();
    await settled();
    const pieces = {
      merge: merge(new Probe({ items: [1] })),
      broadcast: broadcast(new Probe({ items: [1] })).subscribe(),
      distribute: distribute(new Probe({ items: [1] })).subscribe(),
      foreign: new Probe({ items: [1] }) as AsyncIterator<number>,
    };
    for (const [name, piece] of Object.entries(pieces)) {
      let seen = 0;
      for (let i = 0; i < 20; i++) {
        const { key, done } = await select({ piece, busy });
        if (key === "piece" && !done) seen++;
      }
      expect([name, seen]).toEqual([name, 1]);
    }
    await busy.return();
  });

  test("leaves out arms that are undefined, and keeps their type", async () => {
    const numbers = produce<number, void, string>(async (server) => {
      await server.send(1);
      return "end";
    });
    const letters = await opened<string>();
    const arms: { numbers: typeof numbers | undefined; letters: Client<string> } = {
      numbers,
      letters: letters.client,
    };
    const first = await select(arms);
    expect(first).toEqual({ key: "numbers", value: 1, done: false });
    expectTypeOf(first).toEqualTypeOf<
      | { readonly key: "numbers"; readonly value: number; readonly done: false }
      | { readonly key: "numbers"; readonly value: string; readonly done: true }
      | { readonly key: "letters"; readonly value: string; readonly done: false }
      | { readonly key: "letters"; readonly value: void; readonly done: true }
    >();
    expect(await select(arms)).toEqual({ key: "numbers", value: "end", done: true });
    arms.numbers = undefined;
    void letters.server.send("a");
    expect(await select(arms, { fair: true })).toEqual({ key: "letters", value: "a", done: false });
  });

  test("an arm that cannot be asked costs no item: the others are withdrawn", async () => {
    const { client, server } = await opened<string>();
    const bad = new Proxy(new Channel<string>().client(), {});
    await expect(select({ client, bad })).rejects.toBeInstanceOf(TypeError);
    const request = client.next();
    void server.send("still there").catch(() => {});
    expect(await request).toEqual({ value: "still there", done: false });
  });

  test("each arm is read once, since to read it may run foreign code", async () => {
    const { client, server } = await opened<string>();
    let reads = 0;
    const arms = {
      client,
      get other() {
        reads++;
        return new Channel<string>().client();
      },
    };
    const { signal } = new AbortController();
    const count = listeners(signal);
    const selecting = select(arms, { signal, fair: true });
    void server.send("a").catch(() => {});
    expect(await selecting).toEqual({ key: "client", value: "a", done: false });
    expect([reads, count()]).toEqual([1, 0]);
  });

  test("an arm that is withdrawn while it is asked, because asking it has fired another, costs no item", async () => {
    const { client, server } = await opened<string>();
    const log: string[] = [];
    const askable = {
      next: () => Promise.resolve({ value: 1, done: false }),
    };
    makeAskable(askable, (_, settle, waits) => {
      let waiting = true;
      const withdraw = (): void => {
        waiting = false;
        log.push("withdrawn");
      };
      waits?.(withdraw);
      void server.send("from inside").catch(() => {}); // the foreign code of a lent source
      if (waiting) settle({ value: 1, done: false });
      return withdraw;
    });
    expect(await select({ client, askable })).toMatchObject({
      key: "client",
      value: "from inside",
    });
    expect(log).toEqual(["withdrawn"]);
  });

  test("gives an item of a shared source to another consumer when its own has left", async () => {
    const { client, server } = await opened<number>();
    const jobs = distribute(client);
    const [one, two] = [jobs.subscribe(), jobs.subscribe()];
    const other = await opened<string>();
    const selected = select({ other: other.client, one });
    await settled();
    void other.server.send("wins").catch(() => {});
    await selected;
    // The request of `one` has been withdrawn, and its place is still the first.
    void server.send(1).catch(() => {});
    await settled();
    const request = two.next();
    await one.return();
    expect(await request).toEqual({ value: 1, done: false });
    await two.return();
  });

  test("can wait for an event or the next item, whichever comes first", async () => {
    const target = new EventTarget();
    const stop = events(target, "stop");
    const { client, server } = await opened<number>();
    void server.send(1).catch(() => {});
    expect(await select({ stop, client })).toMatchObject({ key: "client", value: 1 });
    const selected = select({ stop, client });
    target.dispatchEvent(new Event("stop"));
    void server.send(2).catch(() => {});
    expect((await selected).key).toBe("stop");
    expect(await client.receive()).toBe(2);
    await stop.return();
  });

  test("thi.ng/umbrella csp: has a result that is told apart by its key", async () => {
    const job = produce<string, void, number>(async (server) => {
      await server.send("wash");
      return 1;
    });
    async function* ticks(): AsyncGenerator<Date, boolean, undefined> {
      return true;
    }
    const result = await select({ job, tick: ticks() });
    expectTypeOf(result).toEqualTypeOf<
      | { readonly key: "job"; readonly value: string; readonly done: false }
      | { readonly key: "job"; readonly value: number; readonly done: true }
      | { readonly key: "tick"; readonly value: Date; readonly done: false }
      | { readonly key: "tick"; readonly value: boolean; readonly done: true }
    >();
    if (result.key === "job" && !result.done) expectTypeOf(result.value).toBeString();
    if (result.key === "tick" && result.done) expectTypeOf(result.value).toBeBoolean();
    const client = new Channel<string, number, Date>().client();
    const conversation = select({ client });
    expectTypeOf(conversation).resolves.toEqualTypeOf<
      | { readonly key: "client"; readonly value: string; readonly done: false }
      | { readonly key: "client"; readonly value: Date; readonly done: true }
    >();
    await client.return(new Date());
    await conversation;
  });
});

describe("select from other iterators", () => {
  test("keeps what a losing iterator was asked for, and asks it once", async () => {
    const foreign = new Probe({ then: "wait" });
    const { client, server } = await opened<string>();
    for (let i = 0; i < 3; i++) {
      const selected = select({ foreign, client });
      void server.send("wins").catch(() => {});
      expect(await selected).toMatchObject({ key: "client" });
    }
    expect(foreign.asked).toBe(1);
    foreign.give("kept");
    await settled();
    expect(await select({ client, foreign })).toEqual({
      key: "foreign",
      value: "kept",
      done: false,
    });
    expect(foreign.asked).toBe(1);
  });

  test("loses nothing of native generators, whichever is first", async () => {
    const order: string[] = [];
    async function* generator(name: string, count: number) {
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < (i * 7) % 5; j++) await undefined;
        yield `${name}${i}`;
      }
      return name;
    }
    const arms: Record<string, AsyncGenerator<string, string, undefined>> = {
      a: generator("a", 20),
      b: generator("b", 30),
    };
    while (Object.keys(arms).length > 0) {
      const { key, value, done } = await select(arms, { fair: true });
      if (done) delete arms[key];
      order.push(value);
    }
    for (const [name, count] of [
      ["a", 20],
      ["b", 30],
    ] as const) {
      const own = order.filter((item) => item.startsWith(name));
      expect(own).toEqual([...Array.from({ length: count }, (_, i) => `${name}${i}`), name]);
    }
  });

  test("keeps an error for the next selection, and nothing is unhandled", async () => {
    const error = new Error("foreign");
    const foreign = new Probe({ then: { error } });
    const { client, server } = await opened<string>();
    void server.send("wins").catch(() => {});
    expect(await select({ client, foreign })).toMatchObject({ key: "client" });
    const idle = await opened<string>();
    const selected = select({ idle: idle.client, foreign });
    await expect(selected).rejects.toBe(error);
  });

  test("graphql/graphql-js#4274: keeps what comes after an abort", async () => {
    const foreign = new Probe({ then: "wait" });
    const controller = new AbortController();
    const selected = select({ foreign }, { signal: controller.signal });
    controller.abort();
    await expect(selected).rejects.toBe(controller.signal.reason);
    foreign.give("kept");
    await settled();
    expect(await select({ foreign })).toMatchObject({ value: "kept" });
  });

  test("serves two selections at once, in order", async () => {
    const foreign = new Probe({ items: ["one", "two"] });
    expect(await Promise.all([select({ foreign }), select({ foreign })])).toEqual([
      { key: "foreign", value: "one", done: false },
      { key: "foreign", value: "two", done: false },
    ]);
    expect(foreign.overlapping).toBe(1);
  });

  test("rejects where an iterator throws at once, and takes nothing from the others", async () => {
    const error = new Error("at once");
    const { client, server } = await opened<string>();
    const foreign: AsyncIterator<string> = {
      next() {
        throw error;
      },
    };
    await expect(select({ client, foreign })).rejects.toBe(error);
    void server.send("still there").catch(() => {});
    expect(await client.receive()).toBe("still there");
  });

  test("takes a result that does not say whether it is the last for an item", async () => {
    const next = async () => ({ value: 1 }) as IteratorResult<number>;
    expect(await select({ foreign: { next } })).toEqual({ key: "foreign", value: 1, done: false });
  });

  test("asks for no item before somebody selects again", async () => {
    const foreign = new Probe({ items: [1, 2] });
    for (const asked of [1, 2]) {
      expect(await select({ foreign })).toMatchObject({ value: asked });
      await settled();
      expect(foreign.asked).toBe(asked);
    }
  });

  test("rejects for a result that is none", async () => {
    const next = async () => undefined as unknown as IteratorResult<string>;
    await expect(select({ foreign: { next } })).rejects.toThrow(TypeError);
  });

  test("withdraws from an iterator whose next() makes another arm ready", async () => {
    const { client, server } = await opened<string>();
    let asked = 0;
    const foreign: AsyncIterator<number> = {
      next() {
        void server.send("wins").catch(() => {});
        return Promise.resolve({ value: ++asked, done: false });
      },
    };
    expect(await select({ client, foreign })).toMatchObject({ key: "client" });
    expect(await select({ foreign })).toMatchObject({ value: 1 });
  });
});

describe("defects of peers that select does not have", () => {
  test("brentropy/chan#7, brentropy/chan#9, pothos/awaitchannel#1: does one and only one operation", async () => {
    const [a, b] = await Promise.all([opened<number>(), opened<number>()]);
    for (let i = 0; i < 10; i++) {
      a.server.send(i).catch(() => {});
      b.server.send(i).catch(() => {});
    }
    for (let i = 0; i < 10; i++) await select({ a: a.client, b: b.client });
    expect(await b.client.receive()).toBe(0);
  });

  test("s4wave/goscript#180: does not consume several channels", async () => {
    const ends = await Promise.all([opened<number>(), opened<number>(), opened<number>()]);
    for (const { server } of ends) server.send(1).catch(() => {});
    await select(Object.fromEntries(ends.map(({ client }, i) => [`arm ${i}`, client])));
    const left = await Promise.all(ends.map(({ client }) => state(client.receive())));
    expect(left.filter((item) => item !== "pending")).toHaveLength(2);
  });

  test("fereidani/kanal#50: a branch that is not selected does not lose its value", async () => {
    const [a, b] = await Promise.all([opened<number>(), opened<number>()]);
    const selected = select({ a: a.client, b: b.client });
    void a.server.send(1).catch(() => {});
    void b.server.send(2).catch(() => {});
    await selected;
    await settled();
    expect(await b.client.receive()).toBe(2);
  });

  test("thi.ng/umbrella csp: a value that another reader takes first is not an end", async () => {
    const { client, server } = await opened<string>();
    const selected = select({ client });
    const reader = client.receive();
    void server.send("one").catch(() => {});
    void server.send("two").catch(() => {});
    expect(await selected).toEqual({ key: "client", value: "one", done: false });
    expect(await reader).toBe("two");
  });

  test("zio/zio#10884, typelevel/cats-effect#3603: an abort at the moment of delivery loses nothing", async () => {
    const { client, server } = await opened<string>();
    const controller = new AbortController();
    const selected = select({ client }, { signal: controller.signal });
    void server.send("handed over").catch(() => {});
    controller.abort();
    expect(await selected).toMatchObject({ value: "handed over" });
    const again = new AbortController();
    const other = select({ client }, { signal: again.signal });
    again.abort();
    void server.send("kept").catch(() => {});
    await expect(other).rejects.toBe(again.signal.reason);
    expect(await client.receive()).toBe("kept");
  });
});
