/** Cancelling one call: at every moment, and what becomes of its item and of the other calls. */
import {
  Channel,
  ChannelClosed,
  ChannelOverflow,
  type Client,
  type Server,
} from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { closed, done, item, outcome, outcomes, waiting } from "./support/outcome.ts";
import { settled } from "./support/settled.ts";

const reason = Symbol("reason");
const aborted = AbortSignal.abort(reason);
const cancelled = { rejects: reason };

interface Ends {
  readonly channel: Channel<unknown, unknown, unknown>;
  readonly client: Client<unknown, unknown, unknown>;
  readonly server: Server<unknown, unknown, unknown>;
}

/** An open channel, whose client waits, or whose server does with the item 0 taken by the client. */
async function open(waits: "client" | "server", limit?: number): Promise<Ends> {
  const channel = new Channel<unknown, unknown, unknown>({ limit });
  const client = channel.client();
  const first = waiting(client.next());
  const server = await channel.server();
  if (waits === "server") {
    void waiting(server.next(0));
    await first;
  }
  return { channel, client, server };
}

describe("a call whose signal has aborted already", () => {
  test.each(["send", "receive"] as const)(
    "nodejs/node#63302: touches nothing when it is a %s and an item is ready",
    async (verb) => {
      const { client, server } = await open("server");
      const ready = waiting(server.send(1));
      const options = { signal: aborted };
      const call = verb === "send" ? client.send("lost", options) : client.receive(options);
      expect(await outcome(call)).toEqual(cancelled);
      expect(await outcome(ready)).toBe("waits");
      expect(await outcome(client.next())).toEqual(item(1));
    },
  );

  test("opens nothing when it is server() or serve()", async () => {
    const channel = new Channel<number>();
    const request = channel.client().next();
    expect(await outcome(channel.server({ signal: aborted }))).toEqual(cancelled);
    expect(await outcome(channel.serve(() => {}, { signal: aborted }))).toEqual(cancelled);
    const server = await channel.server();
    void waiting(server.send(1));
    expect(await outcome(request)).toEqual(item(1));
  });
});

describe("a call cancelled before the hand-over", () => {
  test.each([0, 1, 2])(
    "is as if never called, as number %i of three that wait behind another",
    async (which) => {
      const { client, server } = await open("server");
      const controller = new AbortController();
      const sends = [1, 2, 3].map((n, i) =>
        waiting(server.send(n, i === which ? { signal: controller.signal } : {})),
      );
      controller.abort(reason);
      expect(await outcome(sends[which]!)).toEqual(cancelled);
      const left = [1, 2, 3].filter((_, i) => i !== which);
      expect(await outcomes(client.next(), client.next())).toEqual(left.map(item));
    },
  );

  test("leaves a server end to be asked for again", async () => {
    const channel = new Channel<number>();
    const controller = new AbortController();
    const { signal } = controller;
    const openings = [channel.server({ signal })];
    controller.abort(reason);
    openings.push(channel.server());
    const request = waiting(channel.client().next());
    expect(await outcome(openings[0]!)).toEqual(cancelled);
    await (await openings[1]!).return();
    expect(await outcome(request)).toEqual(done());
  });

  test("is a body that never runs when it is serve, but not once the body runs", async () => {
    const channel = new Channel<string>();
    const [early, late] = [new AbortController(), new AbortController()];
    const never = waiting(channel.serve(() => expect.unreachable(), { signal: early.signal }));
    early.abort(reason);
    expect(await outcome(never)).toEqual(cancelled);
    const serving = waiting(
      channel.serve((server) => server.send("sent"), { signal: late.signal }),
    );
    const client = channel.client();
    expect(await outcome(client.next())).toEqual(item("sent"));
    late.abort(reason);
    expect(await outcome(client.next())).toEqual(done());
    expect(await outcome(serving)).toEqual({ gives: undefined });
  });
});

describe("a send cancelled after the hand-over", () => {
  test("leaves its item handed over, and drops the answer", async () => {
    const { client, server } = await open("client");
    const controller = new AbortController();
    const sending = server.send(1, { signal: controller.signal });
    await settled();
    controller.abort(reason);
    const next = waiting(server.send(2));
    expect(await outcome(sending)).toEqual(cancelled);
    expect(await outcome(client.send("dropped"))).toEqual({ gives: 2 });
    void client.next("answer");
    expect(await outcome(next)).toEqual({ gives: "answer" });
  });

  test("makes room for as many others as before", async () => {
    const { server } = await open("client", 1);
    const controller = new AbortController();
    void waiting(server.send(1, { signal: controller.signal }));
    controller.abort(reason);
    expect(await outcome(server.send(2))).toBe("waits");
    expect(await outcome(server.send(3))).toEqual({ rejects: expect.any(ChannelOverflow) });
  });
});

describe("a receive cancelled after the hand-over leaves its place", () => {
  async function vacant(): Promise<Ends> {
    const ends = await open("server");
    const controller = new AbortController();
    const receiving = ends.client.receive({ signal: controller.signal });
    controller.abort(reason);
    expect(await outcome(receiving)).toEqual(cancelled);
    return ends;
  }

  const valueless: [
    string,
    (client: Client<unknown, unknown, unknown>) => Promise<unknown>,
    unknown,
  ][] = [
    ["receive()", (client) => client.receive(), { gives: 1 }],
    ["next()", (client) => client.next(), item(1)],
    ["next(undefined)", (client) => client.next(undefined), item(1)],
  ];

  test.each(valueless)(
    "to a later %s, with the item that has come meanwhile",
    async (_, take, expected) => {
      const { client, server } = await vacant();
      const sending = waiting(server.send(1));
      expect(await outcome(sending)).toBe("waits");
      expect(await outcome(take(client))).toEqual(expected);
      expect(await outcome(sending)).toBe("waits");
      void client.next("answer");
      expect(await outcome(sending)).toEqual({ gives: "answer" });
    },
  );

  test.each(valueless)("to a later %s, which waits for the item", async (_, take, expected) => {
    const { client, server } = await vacant();
    const taking = waiting(take(client));
    expect(await outcome(taking)).toBe("waits");
    void waiting(server.send(1));
    expect(await outcome(taking)).toEqual(expected);
  });

  const bringing: [string, (client: Client<unknown, unknown, unknown>) => Promise<unknown>][] = [
    ["send(v)", (client) => client.send("lost")],
    ["send(undefined)", (client) => client.send(undefined)],
    ["put(v)", (client) => client.put("lost")],
    ["put(undefined)", (client) => client.put(undefined)],
    ["next(v)", (client) => client.next("lost")],
  ];

  test.each(bringing)(
    "not to a later %s, which is refused when the item comes",
    async (_, bring) => {
      const { client, server } = await vacant();
      const early = waiting(bring(client));
      expect(await outcome(early)).toBe("waits");
      const sending = waiting(server.send(1));
      for (const call of [early, bring(client)].map(waiting<Promise<unknown>>)) {
        expect(await outcome(call)).toEqual({ rejects: expect.any(TypeError) });
      }
      expect(await outcome(sending)).toBe("waits");
      expect(await outcome(client.receive())).toEqual({ gives: 1 });
    },
  );

  test.each(bringing)("unless the item is `undefined`: then %s passes it by", async (_, bring) => {
    const { client, server } = await vacant();
    const sending = waiting(server.send(undefined));
    const bringingSomething = waiting(bring(client));
    expect(await outcome(sending)).not.toBe("waits");
    void waiting(server.send(2));
    expect(await outcome(bringingSomething)).not.toEqual({ rejects: expect.any(TypeError) });
  });

  test("to throw, which answers the item that nobody took", async () => {
    const { client, server } = await vacant();
    const sending = waiting(server.send(1));
    const throwing = waiting(client.throw(reason));
    expect(await outcome(sending)).toEqual(cancelled);
    void waiting(server.send(2));
    expect(await outcome(throwing)).toEqual(item(2));
  });

  test("to the client's leaving, of which the sender is told that nobody took its item", async () => {
    const { client, server } = await vacant();
    const sending = waiting(server.send(1));
    await client.return("v");
    expect(await outcome(sending)).toEqual(closed("v", true));
  });

  test("to the first behind it that carries nothing, and refuses those between", async () => {
    const { client, server } = await open("server");
    const controller = new AbortController();
    const calls = [
      client.receive({ signal: controller.signal }),
      client.send("refused"),
      client.next("refused"),
      client.receive(),
      client.send("kept"),
    ].map(waiting);
    controller.abort(reason);
    expect(await outcome(calls[0]!)).toEqual(cancelled);
    expect(await outcomes(...calls.slice(1))).toEqual(["waits", "waits", "waits", "waits"]);
    const sending = waiting(server.send(1));
    const refused = { rejects: expect.any(TypeError) as unknown };
    const after = [refused, refused, { gives: 1 }, "waits"];
    expect(await outcomes(...calls.slice(1))).toEqual(after);
    expect(await outcome(sending)).toEqual({ gives: "kept" });
  });
});

/** Runs producer and consumer, and aborts the call of that number so many microtasks after it was made. */
async function conversation(
  which: number,
  moment: number,
  overlap: number,
): Promise<{ taken: number[]; told: string[]; cancelled: string[] }> {
  const [taken, told, gone]: [number[], string[], string[]] = [[], [], []];
  let calls = 0;
  const cancellable = async (
    name: string,
    call: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> => {
    const controller = new AbortController();
    const abort = async (): Promise<void> => {
      for (let i = 0; i < moment; i++) await null;
      controller.abort(reason);
    };
    if (calls++ === which) void abort();
    await call(controller.signal).catch((error: unknown) => {
      if (error !== reason) throw error;
      gone.push(name);
    });
  };
  const channel = new Channel<number>();
  const producing = channel.server().then(async (server) => {
    for (let n = 1; n <= 6; n += overlap) {
      const names = Array.from({ length: overlap }, (_, i) => n + i);
      await Promise.all(
        names.map((k) =>
          cancellable(`send ${k}`, async (signal) => {
            await server.send(k, { signal });
            told.push(`send ${k}`);
          }),
        ),
      );
    }
    return server.return();
  });
  const consume = async (): Promise<void> => {
    for (;;)
      await cancellable("receive", async (signal) => {
        taken.push(await channel.client().receive({ signal }));
      });
  };
  await Promise.all([producing, consume().catch(ChannelClosed.ignore)]);
  return { taken, told, cancelled: gone };
}

describe.each([1, 2, 3])("with sends overlapping by %i", (overlap) => {
  test("zio/zio#10884, typelevel/cats-effect#3603: no call cancelled at any moment loses, doubles or reorders an item", async () => {
    const outcomesSeen = new Set<string>();
    for (let which = 0; which < 14; which++) {
      for (let moment = 0; moment < 12; moment++) {
        const { taken, told, cancelled: gone } = await conversation(which, moment, overlap);
        const missing = [1, 2, 3, 4, 5, 6].filter((n) => !taken.includes(n));
        expect(taken).toEqual([1, 2, 3, 4, 5, 6].filter((n) => !missing.includes(n)));
        expect(gone.length).toBeLessThanOrEqual(1);
        if (missing.length > 0) expect(gone).toEqual(missing.map((n) => `send ${n}`));
        expect(told).toHaveLength(6 - gone.filter((name) => name.startsWith("send")).length);
        outcomesSeen.add(`${gone.join()} ${missing.join()}`);
      }
    }
    expect(outcomesSeen).toContain("receive "); // the receives among them were cancelled, too
    expect(outcomesSeen.size).toBeGreaterThan(5);
  });
});
