/** Kind 9: messages are for the person who made the mistake. They say what is wrong, the channel's name, and what to do. */
import { Channel, ChannelClosed, produce, serveAll, StreamChannel } from "coroutine-channels";
import { expect, test } from "vitest";

import { outcome, waiting } from "./support/outcome.ts";
import { settled, state } from "./support/settled.ts";

/** A caller without types. */
const anything = (value: unknown): never => value as never;

async function opened(name?: string) {
  const channel = new Channel<number, number>({ name, limit: 2 });
  const client = channel.client();
  void waiting(client.next());
  return { channel, client, server: await channel.server() };
}

/** An error that is thrown, or that a promise rejects with, when all has come to rest. */
async function errorOf(mistake: () => unknown): Promise<Error> {
  const made = waiting((async () => mistake())());
  await settled();
  const now = await state(made);
  if (now === "pending" || !("error" in now)) throw new Error("Nobody is told of it");
  return now.error as Error;
}

type Mistake = [what: string, new (...args: never[]) => Error, RegExp[], act: () => unknown];
const mistakes: Mistake[] = [
  [
    "a limit of zero",
    RangeError,
    [/limit/, /\b0\b/, /positive integer/],
    () => new Channel({ limit: 0 }),
  ],
  [
    "a limit that is no number",
    RangeError,
    [/limit/, /positive integer/],
    () => produce(() => {}, { limit: Number.NaN }),
  ],
  ["serve(5)", TypeError, [/body/, /function/, /number/], () => new Channel().serve(anything(5))],
  ["serve(null)", TypeError, [/body/, /function/], () => new Channel().serve(anything(null))],
  ["produce(5)", TypeError, [/body/, /function/, /number/], () => produce(anything(5))],
  [
    "StreamChannel.serve(5)",
    TypeError,
    [/body/, /function/],
    () => new StreamChannel().serve(anything(5)),
  ],
  [
    "produce of a generator function",
    TypeError,
    [/generator/, /async \(server\) =>/, /server\.send/],
    () => produce(anything(async function* () {})).next(),
  ],
  [
    "serve of a generator function",
    TypeError,
    [/generator/, /async \(server\) =>/],
    () => {
      const channel = new Channel();
      void waiting(channel.client().next());
      return channel.serve(anything(async function* () {}));
    },
  ],
  [
    "a second server()",
    TypeError,
    [/served already/, /"letters"/],
    async () => (await opened("letters")).channel.server(),
  ],
  [
    "a second serve()",
    TypeError,
    [/served already/],
    async () => (await opened()).channel.serve(() => {}),
  ],
  [
    "a value where an answer has come that nobody has taken",
    TypeError,
    [/an answer has come that nobody has taken: receive\(\) it first/],
    async () => {
      const { client, server } = await opened();
      await server.put(1);
      void waiting(client.next(2));
      return server.send(3);
    },
  ],
  [
    "a client's first put that is passed by",
    TypeError,
    [/server/, /sent first/, /put\(\)/],
    async () => {
      const channel = new Channel<number, number>();
      const putting = waiting(channel.client().put(1));
      void waiting((await channel.server()).send(2));
      return putting;
    },
  ],
  ["serveAll without channels", TypeError, [/at least one channel/], () => serveAll([], () => {})],
  [
    "serveAll of a client",
    TypeError,
    [/"letters"/, /client\(\)/],
    () => serveAll({ letters: anything(new Channel().client()) }, () => {}),
  ],
  [
    "serveAll of one channel twice",
    TypeError,
    [/"1"/, /twice/],
    () => {
      const channel = new Channel();
      return serveAll([channel, channel], () => {});
    },
  ],
  [
    "serveAll of a channel that is served",
    TypeError,
    [/served already/, /"letters"/],
    async () => serveAll([(await opened("letters")).channel], () => {}),
  ],
  [
    "serveAll of a channel without a name that is served",
    TypeError,
    [/served already/, /"lane"/],
    async () => serveAll({ lane: (await opened()).channel }, () => {}),
  ],
  ["a batch of no items", RangeError, [/1 or more/], () => new StreamChannel().client().batches(0)],
  ...[Symbol.iterator, Symbol.asyncIterator].map((method): Mistake => [
    `write() of what gives no iterator, by ${String(method)}`,
    TypeError,
    [/iterator/, /written/, /no object/],
    async () => {
      const channel = new StreamChannel<number>();
      void waiting(channel.client().next());
      return (await channel.server()).write(anything({ [method]() {} }));
    },
  ]),
  ...Object.entries({
    "receive()": (channel, signal) => channel.client().receive({ signal }),
    "send()": async (channel, signal) => {
      const client = channel.client();
      void waiting(client.next());
      return (await channel.server()).send(1, { signal });
    },
    "server()": (channel, signal) => channel.server({ signal }),
    "serve()": (channel, signal) => channel.serve(() => {}, { signal }),
    "a channel": (_channel, signal) => new Channel({ signal }),
    "read()": (_channel, signal) => new StreamChannel().client().read(1, { signal }),
    "write()": async (_channel, signal) => {
      const channel = new StreamChannel<number>();
      void waiting(channel.client().next());
      return (await channel.server()).write([1], { signal });
    },
  } satisfies Record<string, (channel: Channel<number>, signal: AbortSignal) => unknown>).map(
    ([what, act]): Mistake => [
      `a controller in place of its signal, given to ${what}`,
      TypeError,
      [/`signal` is no AbortSignal/, /controller\.signal/],
      () => act(new Channel<number>(), anything(new AbortController())),
    ],
  ),
];

test.each(mistakes)("%s", async (_, type, patterns, mistake) => {
  const error = await errorOf(mistake);
  expect(error).toBeInstanceOf(type);
  for (const pattern of patterns) expect(error.message).toMatch(pattern);
  expect(error.message).not.toMatch(/undefined|is not a function|\[object|Could not/);
});

test("too many calls: the end, the limit, and the likely cause", async () => {
  for (const [name, channel] of [
    ["letters", '"letters"'],
    [undefined, "the channel"],
  ] as const) {
    const { client } = await opened(name);
    void waiting(client.next());
    const error = await errorOf(() => client.next());
    expect(error.name).toBe("ChannelOverflow");
    expect(error.message).toBe(
      `Too many calls wait on this end of ${channel} (limit 2). Is an \`await\` missing?`,
    );
  }
});

test("ChannelClosed says who has gone", async () => {
  const closings: [RegExp, (ends: Awaited<ReturnType<typeof opened>>) => Promise<unknown>][] = [
    [
      /client.*left/,
      async ({ client, server }) => {
        await client.return();
        return server.send(1);
      },
    ],
    [
      /server.*closed/,
      async ({ client, server }) => {
        await server.return();
        await client.next();
        return client.receive();
      },
    ],
  ];
  for (const [pattern, close] of closings) {
    for (const name of ["letters", undefined]) {
      const error = await errorOf(async () => close(await opened(name)));
      expect(error).toBeInstanceOf(ChannelClosed);
      expect(error.message).toMatch(pattern);
      if (name !== undefined) expect(error.message).toContain('"letters"');
      expect(error.message).not.toContain("undefined");
    }
  }
});

test("in a body of several, ChannelClosed says whose client has left", async () => {
  const lanes = { even: new Channel<number>(), odd: new Channel<number>() };
  let message = "";
  const serving = serveAll(lanes, async ({ even, odd }) => {
    await odd.put(1);
    await even.put(2).catch((error: unknown) => (message = (error as Error).message));
  });
  void waiting(lanes.odd.client().next());
  await lanes.even.client().return();
  expect(await outcome(serving)).toEqual({ gives: undefined });
  expect(message).toContain("even");
});
