/** User code may do anything from anywhere, and any value is an item. */
import { Channel, ChannelClosed, produce, StreamChannel } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { done, item, outcome, outcomes, waiting } from "./support/outcome.ts";

const thenable = { then: (resolve: (value: string) => void) => resolve("followed") };
const values: [string, unknown][] = [
  ["undefined", undefined],
  ["null", null],
  ["false", false],
  ["0", 0],
  ["-0", -0],
  ["NaN", NaN],
  ["the empty string", ""],
  ["a symbol", Symbol("symbol")],
  ["a function", () => "called"],
  ["an error", new Error("item")],
  ["a ChannelClosed", new ChannelClosed()],
  ["an object with done", { value: 1, done: true }],
  [
    "an object with a done getter",
    {
      get done(): never {
        throw new Error("read");
      },
    },
  ],
  ["an iterator", [1, 2].values()],
  ["a thenable", thenable],
  ["a promise", Promise.resolve("followed")],
  ["a promise that never settles", new Promise(() => {})],
  ["a promise that rejects", waiting(Promise.reject(new Error("item")))],
];

describe.each(values)("%s is an item", (_, value) => {
  test("it-pushable, thi.ng/umbrella csp: that goes down and up untouched", async () => {
    const channel = new Channel<unknown, unknown>();
    const client = channel.client();
    const first = client.next();
    const server = await channel.server();
    const sending = server.next(value);
    const down = await first;
    expect(Object.is(down.value, value)).toBe(true);
    expect(down.done).toBe(false);
    void waiting(client.next(value));
    const up = await sending;
    expect(Object.is(up.value, value)).toBe(true);
    expect(up.done).toBe(false);
  });

  test("in a stream, alone and among many", async () => {
    const channel = new StreamChannel<unknown>();
    const writing = channel.serve(async (writer) => {
      await writer.send(value);
      await writer.write([value, value]);
    });
    const reader = channel.client();
    const one = await reader.next();
    const items = await reader.read();
    for (const got of [one.value, ...items]) expect(Object.is(got, value)).toBe(true);
    expect(items).toHaveLength(2);
    await writing;
  });
});

test.each([
  ["thenable", thenable],
  ["promise", Promise.resolve("followed")],
])("send and receive resolve to what a %s resolves to, as any promise does", async (_, value) => {
  const channel = new Channel<unknown, unknown>();
  const first = channel.client().receive();
  const server = await channel.server();
  const sending = server.send("question");
  expect(await first).toBe("question");
  void waiting(channel.client().next(value));
  expect(await outcome(sending)).toEqual({ gives: "followed" });
});

test("async-channel: errors say what is wrong, though nobody has named the channel", async () => {
  const channel = new Channel<number>({ limit: 1 });
  const named = new Channel<number>({ name: "prices" });
  void waiting(channel.client().next());
  const errors: Promise<unknown>[] = [
    channel.client().next(),
    channel.serve(() => {}).then(() => channel.server()),
  ];
  await named.client().return();
  errors.push(named.client().receive());
  for (const error of errors) void waiting(error);
  const messages = (await Promise.allSettled(errors)).map(
    (settling) => ((settling as PromiseRejectedResult).reason as Error).message,
  );
  expect(messages).toEqual([
    "Could not wait behind as many calls as the limit: 1",
    "The channel has ended",
    "The channel has ended: prices",
  ]);
});

test.each([undefined, null, 0, "text"])("%s as an error passes as it is", async (error) => {
  const client = produce<number>(async (server) => {
    await server.send(1).catch((caught: unknown) => expect(caught).toBe(error));
    await server.send(2);
    throw error;
  });
  await client.next();
  expect(await client.throw(error)).toEqual({ value: 2, done: false });
  expect(await outcome(client.next())).toEqual({ rejects: error });
});

test("reading a value's then from inside calls changes nothing", async () => {
  const channel = new Channel<unknown>();
  const client = channel.client();
  const order: string[] = [];
  const meddler = {
    get then() {
      order.push("then was read");
      void waiting(client.next());
      return undefined;
    },
  };
  const first = client.receive();
  const server = await channel.server();
  const sends = [server.send(meddler), server.send(2)].map(waiting);
  expect(order).toEqual(["then was read"]);
  const [one, two] = await outcomes(...sends);
  expect([one, two, order.length]).toEqual([{ gives: undefined }, "waits", 1]);
  await first;
});

describe("nothing of the user's runs inside a call", () => {
  test("not the body inside next()", () => {
    let ran = false;
    const client = produce<number>(async () => {
      ran = true;
    });
    void client.next();
    expect(ran).toBe(false);
  });

  test("not the other end's reaction inside send(), return() or throw()", async () => {
    for (const act of ["send", "return", "throw"] as const) {
      const channel = new Channel<number, number>();
      let ran = false;
      const react = (): void => void (ran = true);
      const client = channel.client();
      client.next().then(react, react);
      const server = await channel.server();
      void waiting<Promise<unknown>>(server[act](1));
      expect(ran).toBe(false);
      await null;
      expect(ran).toBe(true);
    }
  });
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort("reason") };
}

describe("a listener of a signal may call back", () => {
  test("when the client's leaving aborts the server's", async () => {
    const channel = new Channel<number>();
    const client = channel.client();
    const request = waiting(client.next());
    const server = await channel.server();
    const calls: Promise<unknown>[] = [];
    server.signal.addEventListener("abort", () => {
      calls.push(server.next(), waiting(server.send(1)), client.next(), server.return());
    });
    await client.return();
    calls.push(request);
    for (const call of calls) expect(await outcome(call)).not.toBe("waits");
    expect(calls).toHaveLength(5);
  });

  test("when a call is cancelled by the same signal", async () => {
    const channel = new Channel<number>();
    const client = channel.client();
    const controller = new AbortController();
    const { signal } = controller;
    const calls: Promise<unknown>[] = [];
    signal.addEventListener("abort", () => {
      calls.push(waiting(client.next()), client.return());
    });
    calls.push(waiting(client.receive({ signal })), waiting(client.receive({ signal })));
    controller.abort();
    expect((await outcomes(...calls)).includes("waits")).toBe(false);
    expect(await outcome(client.next())).toEqual(done());
  });

  test("when it is aborted by the very item that a call is answered with", async () => {
    const { signal, abort } = abortable();
    const channel = new Channel<unknown>();
    const client = channel.client();
    const calls = [client.receive({ signal }), client.next()].map(waiting<Promise<unknown>>);
    const server = await channel.server();
    const meddler = {
      get then() {
        abort();
        return undefined;
      },
    };
    void waiting(server.next(meddler));
    expect(await outcomes(...calls)).toEqual([{ gives: meddler }, "waits"]);
    void waiting(server.next(2));
    expect(await outcome(calls[1]!)).toEqual(item(2));
  });

  test("when it throws, and everybody is told all the same", async () => {
    const channel = new Channel<number>();
    const client = channel.client();
    const requests = [client.next(), client.next()].map(waiting);
    const server = await channel.server();
    server.signal.addEventListener("abort", () => void client.next());
    await client.return();
    expect(await outcomes(...requests)).toEqual([done(), done()]);
  });
});

test("an end may be closed from its own reaction", async () => {
  const channel = new Channel<number>();
  const client = channel.client();
  const serving = waiting(
    channel.serve(async (server) => {
      for (let i = 0; ; i++) await server.send(i);
    }),
  );
  const first = client.next();
  const left = first.then(() => client.return());
  const second = first.then(() => client.next());
  expect(await outcomes(first, left, second, serving)).toEqual([
    item(0),
    done(),
    done(),
    { gives: undefined },
  ]);
});

test("a body may use its own client", async () => {
  const channel = new Channel<string>();
  const serving = channel.serve(async (server) => {
    const request = channel.client().next();
    await server.send("a");
    void waiting(server.send("b"));
    expect(await request).toEqual({ value: "b", done: false });
  });
  expect(await channel.client().next()).toEqual({ value: "a", done: false });
  expect(await outcome(channel.client().next())).toEqual(done());
  await serving;
});
