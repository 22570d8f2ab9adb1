/** How it ends: the table of the contract, row by row, with none, one or two calls waiting on either end. */
import { Channel, ChannelClosed, produce, type Client, type Server } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { closed, done, item, outcome, outcomes, type Outcome, waiting } from "./support/outcome.ts";
import { deferred } from "./support/deferred.ts";
import { settled } from "./support/settled.ts";
import { dispose } from "./support/dispose.ts";

type Verb = "next" | "send" | "receive";
const verbs: Verb[] = ["next", "send", "receive"];
const pairs = verbs.flatMap((first) => verbs.map((second) => [first, second] as const));
const error = Symbol("error");
const reason = Symbol("reason");

interface Ends {
  readonly channel: Channel<unknown, unknown, unknown>;
  readonly client: Client<unknown, unknown, unknown>;
  readonly server: Server<unknown, unknown, unknown>;
  readonly controller: AbortController;
  /** The calls that wait. */
  readonly waiting: Promise<unknown>[];
}

function call(
  end: Client<unknown, unknown, unknown>,
  verb: Verb,
  value: unknown,
): Promise<unknown> {
  if (verb === "next") return end.next(value);
  return verb === "send" ? end.send(value) : end.receive();
}

/** A channel whose one end waits in these calls, which brought "a", "b" ... */
async function inConversation(side: "client" | "server", ...calls: Verb[]): Promise<Ends> {
  const controller = new AbortController();
  const channel = new Channel<unknown, unknown, unknown>({ signal: controller.signal });
  const client = channel.client();
  const opening = channel.server();
  const make = (end: Client<unknown, unknown, unknown>): Promise<unknown>[] =>
    calls.map((verb, i) => waiting(call(end, verb, "ab"[i])));
  if (side === "client") {
    const made = make(client);
    return { channel, client, server: await opening, controller, waiting: made };
  }
  const first = client.next();
  const server = await opening;
  const made = make(server);
  await first;
  return { channel, client, server, controller, waiting: made };
}

/** A body that does not end when its client leaves. */
async function unwinding(): Promise<{ controller: AbortController; client: Client<number> }> {
  const controller = new AbortController();
  const body = async (server: Server<number>): Promise<void> => {
    await server.send(1).catch(ChannelClosed.ignore);
    await new Promise(() => {});
  };
  const client = produce(body, { signal: controller.signal });
  await client.next();
  return { controller, client };
}

/** What a call gets when the other end has returned `value`. */
function told(verb: Verb, value: unknown, undelivered: boolean, cause?: unknown): Outcome {
  return verb === "next" ? done(value) : closed(value, undelivered, cause);
}

/** Whether what a client opens the channel with is still to be taken, once the server end is there: a value is. */
const stays = (first: Verb): boolean => first === "send";

/** What a value was, that a call brought. */
const brought = (verb: Verb, value: string): unknown => (verb === "receive" ? undefined : value);

describe.each([
  ["return()", ({ server }: Ends) => server.return("r")],
  ["disposal", ({ server }: Ends) => dispose(server)],
] as const)("the server ends by %s", (how, end) => {
  const r = how === "disposal" ? undefined : "r";

  test.each(verbs)("a client's waiting %s gets what was returned", async (verb) => {
    const ends = await inConversation("client", verb);
    await end(ends);
    expect(await outcomes(...ends.waiting)).toEqual([told(verb, r, stays(verb))]);
    expect(await outcome(ends.client.next())).toEqual(done());
  });

  test.each(pairs)("of a client's waiting %s and %s the first gets it", async (first, second) => {
    const ends = await inConversation("client", first, second);
    await end(ends);
    const [one, two] = await outcomes(...ends.waiting);
    expect(one).toEqual(told(first, r, stays(first)));
    if (second === "next") expect(two).toEqual(done());
    else expect(two).toMatchObject({ closed: { undelivered: true } });
  });

  test.each(verbs)("a client's later %s gets it, and none after that", async (verb) => {
    const ends = await inConversation("server", "next");
    await end(ends);
    expect(await outcome(call(ends.client, verb, "later"))).toEqual(told(verb, r, false));
    expect(await outcome(ends.client.next())).toEqual(done());
    expect(await outcomes(...ends.waiting)).toEqual([
      item(verb === "receive" ? undefined : "later"),
    ]);
  });

  test.each(pairs)(
    "nodejs/node#65333, js-csp/js-csp#129, js-csp/js-csp#134: emissions by %s and %s are delivered first",
    async (first, second) => {
      const ends = await inConversation("server", first, second);
      await end(ends);
      expect(ends.channel.closed).toBe(true);
      expect(await outcomes(...ends.waiting)).toEqual(["waits", "waits"]);
      expect(await outcome(ends.client.next("x"))).toEqual(item(brought(second, "b")));
      expect(await outcome(ends.client.next("y"))).toEqual(done(r));
      expect(await outcomes(...ends.waiting)).toEqual(
        [first, second].map((verb, i) => (verb === "next" ? item("xy"[i]) : { gives: "xy"[i] })),
      );
    },
  );

  test.each(verbs)("the server's own later %s is told", async (verb) => {
    const ends = await inConversation("client", "next");
    await end(ends);
    expect(await outcome(call(ends.server, verb, "later"))).toEqual(told(verb, undefined, true));
  });
});

describe("the server throws", () => {
  test.each(verbs)("a client's waiting %s rejects with the very error", async (verb) => {
    const ends = await inConversation("client", verb);
    expect(await outcome(ends.server.throw(error))).toEqual(done());
    expect(await outcomes(...ends.waiting)).toEqual([{ rejects: error }]);
    expect(await outcome(ends.client.next())).toEqual(done());
  });

  test.each(pairs)("of a client's waiting %s and %s the first rejects", async (first, second) => {
    const ends = await inConversation("client", first, second);
    await ends.server.throw(error);
    const [one, two] = await outcomes(...ends.waiting);
    expect(one).toEqual({ rejects: error });
    if (second === "next") expect(two).toEqual(done());
    else expect(two).toMatchObject({ closed: { undelivered: true, cause: error } });
  });

  test.each(verbs)("a client's later %s rejects, and none after that", async (verb) => {
    const ends = await inConversation("server", "next");
    await ends.server.throw(error);
    expect(await outcome(call(ends.client, verb, "later"))).toEqual({ rejects: error });
    expect(await outcome(ends.client.next())).toEqual(done());
  });

  test.each(pairs)(
    "it-pushable, end(error): emissions by %s and %s are delivered first",
    async (first, second) => {
      const ends = await inConversation("server", first, second);
      await ends.server.throw(error);
      expect(await outcome(ends.client.next())).toEqual(item(brought(second, "b")));
      expect(await outcome(ends.client.next())).toEqual({ rejects: error });
      expect(await outcome(ends.client.next())).toEqual(done());
    },
  );

  test.each(verbs)("the server's own later %s is told", async (verb) => {
    const ends = await inConversation("client", "next");
    await ends.server.throw(error);
    await outcomes(...ends.waiting);
    const expected = told(verb, undefined, true, error);
    expect(await outcome(call(ends.server, verb, "later"))).toEqual(expected);
  });

  test("a client that leaves without having heard the error gets it", async () => {
    const ends = await inConversation("server", "next");
    await ends.server.throw(error);
    expect(await outcome(ends.client.return("v"))).toEqual({ rejects: error });
  });
});

const leavings: [
  string,
  unknown,
  (client: Client<unknown, unknown, unknown>) => PromiseLike<unknown>,
][] = [
  ["return(v)", "v", (client) => client.return("v")],
  ["return(a promise)", "v", (client) => client.return(Promise.resolve("v"))],
  ["disposal", undefined, (client) => dispose(client)],
];

describe.each(leavings)("the client leaves by %s", (_, v, leave) => {
  test.each(verbs)("a server's waiting %s is told", async (verb) => {
    const ends = await inConversation("server", verb);
    await leave(ends.client);
    expect(await outcomes(...ends.waiting)).toEqual([told(verb, v, false)]);
  });

  test.each(pairs)(
    "repeaterjs/repeater, push: of a server's waiting %s and %s the second was not delivered",
    async (first, second) => {
      const ends = await inConversation("server", first, second);
      await leave(ends.client);
      const [one, two] = await outcomes(...ends.waiting);
      expect(one).toEqual(told(first, v, false));
      expect(two).toEqual(second === "next" ? done() : closed(v, true));
    },
  );

  test.each(verbs)(
    "tc39/proposal-async-iteration#126, trpc/trpc#6348: a busy server's later %s is told, but its signal aborts now",
    async (verb) => {
      const ends = await inConversation("client", "next");
      const { signal } = ends.server;
      await leave(ends.client);
      expect(signal.aborted).toBe(true);
      expect(signal.reason).toMatchObject({ name: "ChannelClosed", value: v });
      expect(ends.channel.closed).toBe(true);
      expect(await outcome(call(ends.server, verb, "later"))).toEqual(told(verb, v, true));
      expect(await outcome(ends.server.next())).toEqual(done(verb === "next" ? undefined : v));
      expect(await outcome(ends.server.next())).toEqual(done());
    },
  );

  test.each(pairs)(
    "nodejs/node#63519, nodejs/node#63603, QwenLM/qwen-code#2981: its own waiting %s and %s get the end now",
    async (first, second) => {
      const ends = await inConversation("client", first, second);
      await leave(ends.client);
      const [one, two] = await outcomes(...ends.waiting);
      expect(one).toEqual(told(first, undefined, stays(first)));
      expect(two).toEqual(told(second, undefined, true));
    },
  );

  test.each(verbs)("its own later %s gets the end", async (verb) => {
    const ends = await inConversation("server", "send");
    await leave(ends.client);
    expect(await outcome(call(ends.client, verb, "later"))).toEqual(told(verb, undefined, true));
    await outcomes(...ends.waiting);
  });
});

test("microsoft/vscode#332730, @std/async Channel: a loop that is left by break tells the server's waiting send", async () => {
  const channel = new Channel<string>();
  const sending = waiting(channel.server().then((server) => server.send("a")));
  for await (const _ of channel.client()) break;
  expect(await outcome(sending)).toEqual(closed(undefined, false));
});

test("a client's waiting requests get the end before what it returns with is known", async () => {
  const { client, waiting: calls, server } = await inConversation("client", "next", "send");
  let know!: (value: string) => void;
  const leaving = client.return(new Promise((resolve) => (know = resolve)));
  await settled();
  expect(await outcomes(...calls)).toEqual([done(), closed(undefined, true)]);
  expect(await outcome(leaving)).toBe("waits");
  know("v");
  expect(await leaving).toEqual({ value: "v", done: true });
  expect(await outcome(server.next())).toEqual(done("v"));
});

test("calls made while return(a promise) waits keep their order behind it", async () => {
  const { client } = await inConversation("client", "next");
  let know!: (value: string) => void;
  const calls = [
    client.return(new Promise((resolve) => (know = resolve))),
    client.return(Promise.resolve("w")),
    client.next(),
  ];
  await settled();
  expect(await outcomes(...calls)).toEqual(["waits", "waits", "waits"]);
  know("v");
  expect(await outcomes(...calls)).toEqual([done("v"), done("w"), done()]);
});

test.each(["client", "server"] as const)(
  "return(a promise) of the %s rejects as the promise does",
  async (side) => {
    const ends = await inConversation("client", "next");
    expect(await outcome(ends[side].return(Promise.reject(error)))).toEqual({ rejects: error });
    await settled();
    expect(await outcomes(...ends.waiting)).toEqual([
      side === "client" ? done() : { rejects: error },
    ]);
    expect(ends.channel.closed).toBe(true);
  },
);

const misbehaving: [string, () => unknown][] = [
  [
    "a then getter that throws",
    () => ({
      get then() {
        throw error;
      },
    }),
  ],
  [
    "a constructor getter that throws",
    () =>
      Object.defineProperty(Promise.resolve(), "constructor", {
        get() {
          throw error;
        },
      }),
  ],
  [
    "a then method that throws",
    () => ({
      then() {
        throw error;
      },
    }),
  ],
  [
    "a then method that rejects",
    () => ({ then: (_: unknown, reject: (e: unknown) => void) => reject(error) }),
  ],
];

describe.each(misbehaving)("kind 7: return(x) whose x has %s", (_, make) => {
  test.each(["client", "server"] as const)(
    "rejects, and the %s has ended the channel",
    async (side) => {
      const ends = await inConversation("client", "next");
      expect(await outcome(ends[side].return(make()))).toEqual({ rejects: error });
      expect(ends.channel.closed).toBe(true);
      const told = side === "client" ? done() : { rejects: error };
      expect(await outcomes(...ends.waiting)).toEqual([told]);
      expect(await outcome(ends.client.next())).toEqual(done());
    },
  );

  test("is an error where a body waits, as in a generator", async () => {
    const caught: unknown[] = [];
    const client = produce<number, void, unknown>(async (server) => {
      await server.send(1).catch((thrown: unknown) => caught.push(thrown));
      await server.send(2);
      return "r";
    });
    await client.next();
    expect(await outcome(client.return(make()))).toEqual(item(2));
    expect(caught).toEqual([error]);
    expect(await outcome(client.next())).toEqual(done("r"));
  });

  test("ends a channel that nobody has asked, and one that has ended", async () => {
    const client = produce<number, void, unknown>(() => expect.unreachable());
    expect(await outcome(client.return(make()))).toEqual({ rejects: error });
    expect(await outcome(client.next())).toEqual(done());
    expect(await outcome(client.return(make()))).toEqual({ rejects: error });
  });
});

describe("the client throws", () => {
  test.each(verbs)(
    "the server's waiting %s rejects with the very error, and goes on",
    async (verb) => {
      const ends = await inConversation("server", verb);
      const throwing = ends.client.throw(error);
      expect(await outcomes(...ends.waiting)).toEqual([{ rejects: error }]);
      expect(await outcome(throwing)).toBe("waits");
      void ends.server.next("next");
      expect(await outcome(throwing)).toEqual(item("next"));
      expect(ends.channel.closed).toBe(false);
    },
  );

  test.each(pairs)("of the server's waiting %s and %s the first rejects", async (first, second) => {
    const ends = await inConversation("server", first, second);
    expect(await outcome(ends.client.throw(error))).toEqual(item(brought(second, "b")));
    expect(await outcomes(...ends.waiting)).toEqual([{ rejects: error }, "waits"]);
  });

  test.each(verbs)("behind a waiting %s, the error waits its turn", async (verb) => {
    const ends = await inConversation("client", verb);
    const throwing = ends.client.throw(error);
    const sending = ends.server.send("x");
    expect(await outcome(sending)).toEqual({ rejects: error });
    expect(await outcome(throwing)).toBe("waits");
    await ends.server.return("r");
    expect(await outcome(throwing)).toEqual(done("r"));
  });
});

describe.each([
  ["returns", (client: Client<unknown>) => client.return(), done(), undefined],
  ["throws", (client: Client<unknown>) => client.throw(error), { rejects: error }, error],
] as const)("the client %s before it started", (_, leave, own, cause) => {
  test.each([true, false])("server() rejects, whether it waits already: %s", async (early) => {
    const channel = new Channel<unknown>();
    const opening = early ? waiting(channel.server()) : undefined;
    expect(await outcome(leave(channel.client()))).toEqual(own);
    expect(await outcome(opening ?? channel.server())).toMatchObject({ closed: { cause } });
    expect(await outcome(channel.client().next())).toEqual(done());
  });

  test.each([true, false])("a body never runs, whether serve waits already: %s", async (early) => {
    const channel = new Channel<unknown>();
    let ran = false;
    const serve = (): Promise<void> =>
      channel.serve(() => {
        ran = true;
      });
    const serving = early ? serve() : undefined;
    await outcome(leave(channel.client()));
    expect(await outcome(serving ?? serve())).toEqual({ gives: undefined });
    expect(ran).toBe(false);
  });
});

describe("the channel's own signal aborts", () => {
  test.each(pairs)(
    "kind 8: a server's waiting %s and %s reject with its reason, and so does the client's next call",
    async (first, second) => {
      const ends = await inConversation("server", first, second);
      ends.controller.abort(reason);
      expect(await outcomes(...ends.waiting)).toEqual([{ rejects: reason }, { rejects: reason }]);
      expect(await outcome(call(ends.client, first, "later"))).toEqual({ rejects: reason });
      const expected = told(second, undefined, true, reason);
      expect(await outcome(call(ends.client, second, "later"))).toEqual(expected);
    },
  );

  test.each(pairs)(
    "nodejs/node#63497, nodejs/node#63498, jasnell/new-streams#15: of a client's waiting %s and %s the first rejects",
    async (first, second) => {
      const ends = await inConversation("client", first, second);
      ends.controller.abort(reason);
      const [one, two] = await outcomes(...ends.waiting);
      expect(one).toEqual({ rejects: reason });
      expect(two).toEqual(told(second, undefined, true, reason));
    },
  );

  test.each(verbs)(
    "kind 8: the first %s of a busy server is told, and all later calls meet the end",
    async (verb) => {
      const ends = await inConversation("client", "next");
      ends.controller.abort(reason);
      await outcomes(...ends.waiting);
      expect(await outcome(call(ends.server, verb, "later"))).toEqual({ rejects: reason });
      const expected = told(verb, undefined, true, reason);
      expect(await outcome(call(ends.server, verb, "later"))).toEqual(expected);
      expect(await outcome(call(ends.client, verb, "later"))).toEqual(expected);
      expect([ends.server.signal.aborted, ends.client.signal.aborted]).toEqual([true, true]);
    },
  );

  test.each(verbs)(
    "kind 8: the client's first %s is told, though the abort came before anybody called",
    async (verb) => {
      const channel = new Channel<unknown, unknown, unknown>({ signal: AbortSignal.abort(reason) });
      expect(await outcome(call(channel.client(), verb, undefined))).toEqual({ rejects: reason });
      expect(await outcome(channel.client().next())).toEqual(done());
      expect(await outcome(channel.server())).toEqual({ rejects: reason });
      expect(await outcome(channel.server())).toMatchObject({ closed: { cause: reason } });
    },
  );

  test("kind 8: a loop over a stream that was cut does not end as if it were whole", async () => {
    const controller = new AbortController();
    const client = produce<number>(
      async (server) => {
        for (let i = 0; ; i++) await server.send(i);
      },
      { signal: controller.signal },
    );
    const looping = (async () => {
      for await (const i of client) if (i === 3) controller.abort(reason);
    })();
    expect(await outcome(looping)).toEqual({ rejects: reason });
  });

  test.each(["return", "throw"] as const)(
    "a later %s is no question, and then nobody is told",
    async (verb) => {
      const ends = await inConversation("server", "next");
      ends.controller.abort(reason);
      const own = verb === "return" ? done("v") : { rejects: "v" };
      expect(await outcome(ends.client[verb]("v"))).toEqual(own);
      expect(await outcome(ends.client.next())).toEqual(done());
    },
  );

  test("a return that waits for its body rejects with the reason", async () => {
    const { controller, client } = await unwinding();
    const leaving = waiting(client.return());
    controller.abort(reason);
    expect(await outcome(leaving)).toEqual({ rejects: reason });
  });

  test("kind 8: items that are cut off count, though the server has returned behind them", async () => {
    const ends = await inConversation("server", "send", "send");
    await ends.server.return("r");
    ends.controller.abort(reason);
    expect(await outcomes(...ends.waiting)).toEqual([{ rejects: reason }, { rejects: reason }]);
    expect(await outcome(ends.client.next())).toEqual({ rejects: reason });
    expect(await outcome(ends.client.next())).toEqual(done());
  });

  test("an error that the server has thrown behind them is still heard", async () => {
    const ends = await inConversation("server", "send", "send");
    await ends.server.throw(error);
    ends.controller.abort(reason);
    expect(await outcomes(...ends.waiting)).toEqual([{ rejects: reason }, { rejects: reason }]);
    expect(await outcome(ends.client.next())).toEqual({ rejects: error });
    expect(await outcome(ends.client.next())).toEqual(done());
  });

  test("an ending that no item waits before is still heard", async () => {
    const ends = await inConversation("server", "send");
    await ends.server.return("r");
    ends.controller.abort(reason);
    expect(await outcomes(...ends.waiting)).toEqual([{ rejects: reason }]);
    expect(await outcome(ends.client.next())).toEqual(done("r"));
  });

  test.each(["server", "serve"] as const)(
    "%s() is a call of the server: it is told",
    async (verb) => {
      const controller = new AbortController();
      const channel = new Channel({ signal: controller.signal });
      controller.abort(reason);
      const opening: Promise<unknown> =
        verb === "server" ? channel.server() : channel.serve(() => {});
      expect(await outcome(opening)).toEqual({ rejects: reason });
    },
  );

  test("a server that waits for its client rejects with the reason", async () => {
    const controller = new AbortController();
    const channel = new Channel({ signal: controller.signal });
    const opening = channel.server();
    controller.abort(reason);
    expect(await outcome(opening)).toEqual({ rejects: reason });
  });
});

describe("a body", () => {
  test("that throws rejects the request and serve with the very error", async () => {
    const failure = new Error("failure");
    const channel = new Channel<number>();
    const serving = channel.serve(() => Promise.reject(failure));
    await expect(channel.client().next()).rejects.toBe(failure);
    await expect(serving).rejects.toBe(failure);
  });

  test("repeaterjs/repeater#75, repeaterjs/repeater#49: that is over has ended the channel, without a word", async () => {
    const bodies: ((server: Server<number>) => void | Promise<unknown>)[] = [
      () => {},
      async () => {},
      (server) => server.send(1),
      async (server) => void waiting(server.send(1)),
      (server) => server.receive(),
    ];
    for (const body of bodies) {
      const channel = new Channel<number>();
      const serving = channel.serve(async (server) => void (await body(server)));
      const calls = [channel.client().next(), channel.client().next(), channel.client().next()];
      for (const call of [serving, ...calls]) expect(await outcome(call)).not.toBe("waits");
      expect(await outcome(calls[2]!)).toEqual(done());
      expect(channel.closed).toBe(true);
    }
  });

  test("graphile/crystal#1368, middleapi/orpc#1309, trpc/trpc#5917: that waits for something else is told at once that its client leaves", async () => {
    const log: string[] = [];
    const client = produce<number>(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      log.push(`told by ${(signal.reason as Error).name}`);
    });
    const request = waiting(client.next());
    await settled();
    const leaving = client.return();
    expect(log).toEqual([]);
    expect(await request).toEqual({ value: undefined, done: true });
    expect(await leaving).toEqual({ value: undefined, done: true });
    expect(log).toEqual(["told by ChannelClosed"]);
  });

  test("that fails while it cleans up rejects the return", async () => {
    const failure = new Error("failure");
    const client = produce<number>(async (server) => {
      try {
        await server.send(1);
      } finally {
        await Promise.reject(failure);
      }
    });
    await client.next();
    await expect(client.return()).rejects.toBe(failure);
    expect(await client.next()).toEqual({ value: undefined, done: true });
  });

  /** What the platform's calls reject with when their signal aborts: as `timers/promises` does. */
  const abortError = (cause: unknown): Error =>
    Object.assign(new Error("aborted", { cause }), { name: "AbortError" });
  const interrupted: [string, (signal: AbortSignal) => unknown, boolean][] = [
    ["its signal's reason", (signal) => signal.reason, true],
    ["an AbortError with that as its cause", (signal) => abortError(signal.reason), true],
    ["an AbortError of another cause", () => abortError(error), false],
    [
      "another error with that as its cause",
      (signal) => new Error("failed", { cause: signal.reason }),
      false,
    ],
  ];

  test.each(interrupted)(
    "that is busy when its client leaves, and ends with %s",
    async (_, thrown, unwinds) => {
      const channel = new Channel<number>();
      let failure: unknown;
      const serving = waiting(
        channel.serve(({ signal }) => {
          const busy = deferred<void>();
          signal.addEventListener("abort", () => busy.reject((failure = thrown(signal))));
          return busy.promise;
        }),
      );
      const client = channel.client();
      void waiting(client.next());
      await settled();
      const ended = await outcomes(client.return(), serving);
      const told = { rejects: failure };
      expect(ended).toEqual(unwinds ? [done(), { gives: undefined }] : [told, told]);
    },
  );

  test("through which another channel's ChannelClosed passes has failed", async () => {
    const other = new ChannelClosed();
    const client = produce<number>(() => Promise.reject(other));
    await expect(client.next()).rejects.toBe(other);
  });
});
