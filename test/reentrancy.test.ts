/** User code may do anything from anywhere, and any value is an item. */
import { Channel, ChannelClosed, produce, StreamChannel } from "coroutine-channels";
import type { Client, Server } from "coroutine-channels";
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

  test("that is put, and comes back as an answer to a put", async () => {
    const channel = new Channel<unknown, unknown>();
    const client = channel.client();
    const first = client.next();
    const server = await channel.server();
    await server.put(value);
    expect(Object.is((await first).value, value)).toBe(true);
    void waiting(client.put(value));
    expect(Object.is((await server.next()).value, value)).toBe(true);
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

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort("reason") };
}

describe("kind 5: calls from inside settling find the state at rest", () => {
  /** A signal whose listeners are removed as a call settles, which then calls `act`. */
  function removing(act: () => void): AbortSignal {
    let acted = false;
    return {
      aborted: false,
      addEventListener() {},
      removeEventListener() {
        if (!acted) act();
        acted = true;
      },
    } as unknown as AbortSignal;
  }

  interface Ends {
    readonly client: Client<number, number>;
    readonly server: Server<number, number>;
    readonly abort: () => void;
  }

  /** An open channel, one end of which waits, and calls `act` as it is settled. */
  async function waitingIn(side: "client" | "server", act: (ends: Ends) => void): Promise<Ends> {
    const { signal, abort } = abortable();
    const channel = new Channel<number, number>({ signal });
    const client = channel.client();
    const leaving = { signal: removing(() => act(ends)) };
    void waiting(client.receive(side === "client" ? leaving : {}));
    const ends = { client, server: await channel.server(), abort };
    if (side === "server") void waiting(ends.server.receive(leaving));
    return ends;
  }

  const calls: [string, (ends: Ends) => Promise<unknown>][] = [
    ["client.next()", ({ client }) => client.next()],
    ["client.send()", ({ client }) => client.send(1)],
    ["client.put()", ({ client }) => client.put(1)],
    ["client.return()", ({ client }) => client.return()],
    ["server.next()", ({ server }) => server.next()],
    ["server.put()", ({ server }) => server.put(1)],
    ["server.return()", ({ server }) => server.return()],
  ];
  const endings: [string, (ends: Ends) => unknown][] = [
    ["the client's return", ({ client }) => client.return()],
    ["the server's return", ({ server }) => server.return()],
    ["the server's throw", ({ server }) => waiting(server.throw(new Error("error")))],
    ["an abort", ({ abort }) => abort()],
  ];
  /** An end that closes settles the calls of the other, and the client's own. */
  const settles = (how: string, side: string): boolean => side === "client" || !/server/.test(how);
  const all = (["client", "server"] as const).flatMap((side) =>
    endings
      .filter(([how]) => settles(how, side))
      .flatMap(([how, end]) => calls.map(([made, call]) => ({ made, how, side, call, end }))),
  );

  test.each(all)(
    "$made, made while $how settles a call of the $side, settles",
    async ({ side, call, end }) => {
      const inner: Promise<unknown>[] = [];
      const ends = await waitingIn(side, (all) => inner.push(waiting(call(all))));
      void end(ends);
      expect(inner).toHaveLength(1);
      expect(await outcome(inner[0]!)).not.toBe("waits");
    },
  );

  test("an answer may be followed by a call of the same end before anybody else's", async () => {
    const channel = new Channel<number, number>();
    const client = channel.client();
    let inner: Promise<unknown> | undefined;
    const signal = removing(() => {
      inner = waiting(client.send(2));
    });
    const first = client.receive({ signal });
    const server = await channel.server();
    const sends = [server.send(10), server.send(20), server.send(30)].map(waiting);
    expect(await outcomes(first, inner!)).toEqual([{ gives: 10 }, { gives: 20 }]);
    expect(await outcomes(...sends)).toEqual([{ gives: 2 }, "waits", "waits"]);
  });
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

describe("a signal that runs code when it is listened to", () => {
  /** The two ends, of which the client waits, and a signal that does this when a listener is added. */
  async function open(act: () => void) {
    const channel = new Channel<number>();
    const client = channel.client();
    const request = waiting(client.next());
    const server = await channel.server();
    const { signal } = new AbortController();
    const listen = signal.addEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof listen>) => {
      act();
      listen(...args);
    };
    return { client, request, server, signal };
  }

  test("may refuse that: nothing has come of the call", async () => {
    const { client, request, server, signal } = await open(() => {
      throw new Error("not now");
    });
    expect(await outcome(server.send(1, { signal }))).toEqual({ rejects: new Error("not now") });
    void waiting(server.send(2));
    expect(await outcome(request)).toEqual(item(2));
    void client.return();
  });

  test("may call the ends", async () => {
    for (const act of ["next", "return"] as const) {
      const inner: Promise<unknown>[] = [];
      const { client, request, server, signal } = await open(() => {
        inner.push(client[act]());
      });
      const sent = waiting(server.send(1, { signal }));
      const left = client.return();
      expect(await outcomes(request, left, sent, ...inner)).not.toContain("waits");
    }
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
