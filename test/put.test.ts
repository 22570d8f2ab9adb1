/** `put` hands over and goes on; the answer to it waits in its place until somebody takes it. */
import { Channel, produce, select } from "coroutine-channels";
import type { ChannelClosed, Client, Server } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { deferred } from "./support/deferred.ts";
import { closed, done, item, outcome, outcomes, waiting } from "./support/outcome.ts";

const error = new Error("error");
const reason = Symbol("reason");

interface Ends {
  readonly client: Client<unknown, unknown, unknown>;
  readonly server: Server<unknown, unknown, unknown>;
}

/** An open channel, whose client waits. */
async function open(): Promise<Ends & { first: Promise<unknown> }> {
  const channel = new Channel<unknown, unknown, unknown>();
  const client = channel.client();
  const first = waiting(client.next());
  return { client, server: await channel.server(), first };
}

/** The end that puts, and the other one, which waits. */
async function puttingFrom(side: "client" | "server") {
  const { client, server, first } = await open();
  if (side === "server") return { end: server, other: client, first };
  void waiting(server.next(0));
  await first;
  return { end: client, other: server };
}

const sides = ["client", "server"] as const;

describe.each(sides)("from the %s", (side) => {
  test("it settles as soon as the other end has taken the item, and not before", async () => {
    const { end, other } = await puttingFrom(side);
    expect(await outcome(end.put(1))).toEqual({ gives: undefined });
    const second = waiting(end.put(2));
    expect(await outcome(second)).toBe("waits");
    expect(await outcome(other.next())).toEqual(item(2));
    expect(await outcome(second)).toEqual({ gives: undefined });
  });

  test("put(v) and then receive() is send(v)", async () => {
    const { end, other } = await puttingFrom(side);
    const conversing = (async () => {
      await end.put("a");
      const answer = await end.receive();
      return [answer, await end.send("b")];
    })();
    void waiting(other.next(1));
    void waiting(other.next(2));
    expect(await conversing).toEqual([1, 2]);
  });

  test("an answer waits for whoever asks for it, however late", async () => {
    const { end, other } = await puttingFrom(side);
    await end.put("question");
    const answer = waiting(other.send("answer"));
    expect(await outcome(answer)).toBe("waits");
    const quiet = new Channel<never>().client();
    await expect(select({ quiet }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await outcome(end.receive())).toEqual({ gives: "answer" });
    void waiting(end.put("thanks"));
    expect(await outcome(answer)).toEqual({ gives: "thanks" });
  });

  const bringing: [string, (end: Ends["client"]) => Promise<unknown>][] = [
    ["send(v)", (end) => end.send("lost")],
    ["put(v)", (end) => end.put("lost")],
    ["next(v)", (end) => end.next("lost")],
  ];

  test.each(bringing)("%s is refused as long as an answer has to be taken", async (_, bring) => {
    const { end, other } = await puttingFrom(side);
    await end.put("question");
    const waitsForIt = waiting(bring(end));
    expect(await outcome(waitsForIt)).toBe("waits");
    void waiting(other.send("answer"));
    const refused = { rejects: expect.any(TypeError) as unknown };
    expect(await outcomes(waitsForIt, waiting(bring(end)))).toEqual([refused, refused]);
    expect(await outcome(end.receive())).toEqual({ gives: "answer" });
  });

  test.each(bringing)("%s passes by an answer that is `undefined`", async (_, bring) => {
    const { end, other } = await puttingFrom(side);
    await end.put("question");
    void waiting(other.send(undefined));
    void waiting(bring(end));
    expect(await outcome(other.next())).not.toEqual({ rejects: expect.any(TypeError) });
  });

  test("it is cancelled before it has been taken, and then was never called", async () => {
    const { end, other } = await puttingFrom(side);
    await end.put(1);
    const controller = new AbortController();
    const puts = [end.put(2, { signal: controller.signal }), end.put(3)].map(waiting);
    controller.abort(reason);
    expect(await outcome(puts[0]!)).toEqual({ rejects: reason });
    expect(await outcome(other.next())).toEqual(item(3));
    controller.abort("too late");
    expect(await outcome(puts[1]!)).toEqual({ gives: undefined });
  });

  test("one that rejects was not taken: the other end has gone", async () => {
    const { end, other } = await puttingFrom(side);
    await end.put(1);
    const put = waiting(end.put(2));
    await other.return("r");
    const gone = closed("r", true);
    expect(await outcomes(put, waiting(end.put(3)))).toEqual([gone, gone]);
  });
});

test("an error that answers a put is for the next call, whatever that is", async () => {
  const calls: ((server: Ends["server"]) => Promise<unknown>)[] = [
    (server) => server.receive(),
    (server) => server.next(),
    (server) => server.send(2),
    (server) => server.put(2),
  ];
  for (const call of calls) {
    const { client, server } = await open();
    await server.put(1);
    const thrown = waiting(client.throw(error));
    expect(await outcome(call(server))).toEqual({ rejects: error });
    void waiting(server.next(3));
    expect(await outcome(thrown)).toEqual(item(3));
  }
});

test("a server that ends after a put does not hear the answer", async () => {
  const { client, server, first } = await open();
  await server.put(1);
  await server.return("r");
  expect(await outcome(first)).toEqual(item(1));
  expect(await outcome(client.send("unheard"))).toEqual(closed("r", true));
});

test("a client that leaves after a put unwinds the body at its next call", async () => {
  const log: string[] = [];
  const client = produce<number>(async (server) => {
    await server.put(1);
    log.push("put");
    await server.put(2).catch((thrown: unknown) => {
      log.push(`told of ${String((thrown as ChannelClosed).value)}`);
      throw thrown;
    });
  });
  for await (const one of client) {
    expect(one).toBe(1);
    break;
  }
  expect(log).toEqual(["put", "told of undefined"]);
  expect(await outcome(client.next())).toEqual(done());
});

test("production never exceeds demand by more than the item that waits", async () => {
  let made = 0;
  const client = produce<number>(async (server) => {
    for (;;) await server.put(++made);
  });
  for (let i = 1; i <= 3; i++) {
    expect(await outcome(client.next())).toEqual(item(i));
    expect(made).toBe(i + 1);
  }
  await client.return();
});

test("one routine keeps five lanes at work at once", async () => {
  const lanes = Array.from({ length: 5 }, () => new Channel<number>());
  const busy = new Set<number>();
  const all = deferred<void>();
  const consuming = lanes.map(async (lane, i) => {
    for await (const _ of lane.client()) {
      busy.add(i);
      if (busy.size === lanes.length) all.resolve();
      await all.promise; // with `send`, nobody else would get anything
    }
  });
  const servers = await Promise.all(lanes.map((lane) => lane.server()));
  for (const [i, server] of servers.entries()) await server.put(i);
  for (const server of servers) await server.return();
  await Promise.all(consuming);
  expect(busy.size).toBe(5);
});

test("kind 1: items that are put and sent keep their order, whatever is awaited", async () => {
  const client = produce<number>(async (server) => {
    const calls = [server.put(1), server.put(2), server.send(3), server.put(4)];
    await Promise.all([...calls, server.send(5)]);
    await server.put(6);
  });
  const items: number[] = [];
  for await (const one of client) items.push(one);
  expect(items).toEqual([1, 2, 3, 4, 5, 6]);
});
