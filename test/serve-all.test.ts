/** One body for several channels: what the model of `test/spec` does not show. */
import { Channel, ChannelClosed, serveAll, StreamChannel } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { firstWords, inside } from "./first-words.ts";
import { done, item, outcome, outcomes, waiting } from "./support/outcome.ts";
import { settled } from "./support/settled.ts";

const error = new Error("error");
const reason = Symbol("reason");

const lanes = () => ({ even: new Channel<number>(), odd: new Channel<number>() });

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const one of source) items.push(one);
  return items;
}

describe("the channels are given and received by name", () => {
  test("in an object", async () => {
    const channels = lanes();
    const serving = serveAll(channels, async ({ even, odd }) => {
      for (let i = 1; i <= 6; i++) await (i % 2 ? odd : even).put(i);
      return "done";
    });
    expect(await Promise.all([all(channels.even.client()), all(channels.odd.client())])).toEqual([
      [2, 4, 6],
      [1, 3, 5],
    ]);
    expect(await serving).toBe("done");
  });

  test("in a tuple", async () => {
    const [a, b] = [new Channel<string>(), new Channel<number>()];
    const serving = serveAll([a, b], async ([letters, numbers]) => {
      await letters.put("a");
      await numbers.put(1);
    });
    expect(await Promise.all([all(a.client()), all(b.client())])).toEqual([["a"], [1]]);
    expect(await outcome(serving)).toEqual({ gives: undefined });
  });

  test("in an instance of a class", async () => {
    class Lanes {
      readonly only = new Channel<number>();
    }
    const channels = new Lanes();
    void serveAll(channels, ({ only }) => only.put(1));
    expect(await all(channels.only.client())).toEqual([1]);
  });
});

test("a lane whose client has not asked yet keeps nobody waiting but who calls on it", async () => {
  const { even, odd } = lanes();
  const log: string[] = [];
  void serveAll({ even, odd }, async (servers) => {
    await servers.odd.put(1);
    log.push("odd is taken");
    await servers.even.put(2);
    log.push("even is taken");
  });
  expect(await outcome(odd.client().next())).toEqual(item(1));
  expect(log).toEqual(["odd is taken"]);
  expect(await outcome(even.client().next())).toEqual(item(2));
  expect(log).toEqual(["odd is taken", "even is taken"]);
  expect(await outcomes(even.client().next(), odd.client().next())).toEqual([done(), done()]);
});

describe("kind 8: a lane is cut short, and nobody takes it for an end", () => {
  test("its client leaves, and the body lets that pass: the others are told", async () => {
    const { even, odd } = lanes();
    const serving = waiting(
      serveAll({ even, odd }, async (servers) => {
        for (let i = 1; ; i++) await (i % 2 ? servers.odd : servers.even).put(i);
      }),
    );
    const reading = waiting(all(odd.client()));
    for await (const _ of even.client()) break;
    expect(await outcome(reading)).toMatchObject({ closed: { undelivered: true } });
    expect(await outcome(serving)).toMatchObject({ closed: { undelivered: true } });
  });

  test("its client leaves, and the body goes on without it", async () => {
    const { even, odd } = lanes();
    const serving = serveAll({ even, odd }, async (servers) => {
      for (let i = 1; i <= 6; i++) {
        await (i % 2 ? servers.odd : servers.even).put(i).catch(ChannelClosed.ignore);
      }
    });
    const reading = all(odd.client());
    for await (const _ of even.client()) break;
    expect(await reading).toEqual([1, 3, 5]);
    expect(await outcome(serving)).toEqual({ gives: undefined });
  });

  test("the body fails: every client that is still there is told, with the very error", async () => {
    const { even, odd } = lanes();
    const serving = waiting(
      serveAll({ even, odd }, async (servers) => {
        await servers.odd.put(1);
        throw error;
      }),
    );
    expect(await outcome(odd.client().next())).toEqual(item(1));
    const told = await outcomes(odd.client().next(), even.client().next(), serving);
    expect(told).toEqual([{ rejects: error }, { rejects: error }, { rejects: error }]);
  });
});

test("all clients leave: the body is unwound, and that is no error", async () => {
  const { even, odd } = lanes();
  let cleaned = false;
  const serving = serveAll({ even, odd }, async (servers) => {
    try {
      for (let i = 1; ; i++) await (i % 2 ? servers.odd : servers.even).put(i);
    } finally {
      cleaned = true;
    }
  });
  for (const { signal } of [even.client(), odd.client()]) expect(signal.aborted).toBe(false);
  await Promise.all([even.client().next(), odd.client().next()]);
  expect(await outcomes(even.client().return(), odd.client().return())).toEqual([done(), done()]);
  expect(await outcome(serving)).toEqual({ gives: undefined });
  expect(cleaned).toBe(true);
});

describe("its own signal", () => {
  test("leaves the channels unserved, if nobody has asked", async () => {
    const channels = lanes();
    const controller = new AbortController();
    const { signal } = controller;
    const never = waiting(serveAll(channels, () => expect.unreachable(), { signal }));
    controller.abort(reason);
    expect(await outcome(never)).toEqual({ rejects: reason });
    let cleaned = false;
    void channels.even.serve(async (server) => {
      await server.send(2).catch(settled);
      cleaned = true;
    });
    void serveAll([channels.odd], ([server]) => server.put(1));
    expect(await all(channels.odd.client())).toEqual([1]);
    // A body of its own, which a client that leaves waits for.
    for await (const two of channels.even.client()) {
      expect(two).toBe(2);
      break;
    }
    expect(cleaned).toBe(true);
  });

  test("is not heard any more once the body runs", async () => {
    const channels = lanes();
    const controller = new AbortController();
    const serving = serveAll(channels, ({ odd }) => odd.put(1), { signal: controller.signal });
    const request = channels.odd.client().next();
    controller.abort(reason);
    expect(await outcomes(request, serving)).toEqual([item(1), { gives: undefined }]);
  });

  test("that has aborted already touches nothing", async () => {
    const channels = lanes();
    const signal = AbortSignal.abort(reason);
    expect(await outcome(serveAll(channels, () => {}, { signal }))).toEqual({ rejects: reason });
    const request = waiting(channels.odd.client().next());
    expect(await outcome(request)).toBe("waits");
  });
});

test("what cannot be served is refused, and nothing is begun", async () => {
  const { even, odd } = lanes();
  const served = new Channel<number>();
  void waiting(served.server());
  const refused = { rejects: expect.any(TypeError) as unknown };
  const never = (): never => expect.unreachable();
  const mistakes = [
    serveAll({ even, odd, served }, never),
    serveAll([even, odd, odd], never),
    serveAll([even, 5 as never], never),
    serveAll([even, odd.client() as never], never),
    serveAll({}, never),
    serveAll([], never),
    serveAll({ even, odd }, 5 as never),
  ].map(waiting<Promise<unknown>>);
  expect(await outcomes(...mistakes)).toEqual(mistakes.map(() => refused));
  void serveAll({ even, odd }, (servers) => servers.odd.put(1));
  expect(await outcome(odd.client().next())).toEqual(item(1));
});

test("a lane that the body closes itself has ended, and the others go on", async () => {
  const { even, odd } = lanes();
  void serveAll({ even, odd }, async (servers) => {
    await servers.even.return();
    await servers.odd.put(1);
  });
  expect(await Promise.all([all(even.client()), all(odd.client())])).toEqual([[], [1]]);
});

test("a lane's signal aborts when its client leaves, and no other", async () => {
  const { even, odd } = lanes();
  const seen: boolean[] = [];
  void serveAll({ even, odd }, async (servers) => {
    const signals = [servers.even.signal, servers.odd.signal];
    await servers.odd.put(1);
    await even.client().return();
    seen.push(...signals.map(({ aborted }) => aborted));
  });
  expect(await outcome(odd.client().next())).toEqual(item(1));
  expect(seen).toEqual([true, false]);
});

test("a body that is a generator function is refused, and every client is told", async () => {
  const { even, odd } = lanes();
  const generator = async function* () {} as never as () => void;
  const serving = waiting(serveAll({ even, odd }, generator));
  const refused = { rejects: expect.any(TypeError) as unknown };
  const told = outcomes(odd.client().next(), even.client().next(), serving);
  expect(await told).toEqual([refused, refused, refused]);
});

test("streams and channels are served together", async () => {
  const [stream, channel] = [new StreamChannel<number>(), new Channel<string>()];
  const serving = serveAll({ stream, channel }, async (servers) => {
    await servers.channel.put("a");
    await servers.stream.write([1, 2, 3]);
    return "done";
  });
  expect(await Promise.all([stream.client().read(), all(channel.client())])).toEqual([
    [1, 2, 3],
    ["a"],
  ]);
  expect(await serving).toBe("done");
});

test("a stream's reader that leaves waits for nobody, and its writer is told", async () => {
  const [stream, channel] = [new StreamChannel<number>(), new Channel<string>()];
  const told: unknown[] = [];
  void serveAll([stream, channel], async ([writer, server]) => {
    await writer.send(1).catch((thrown: unknown) => told.push(thrown));
    await server.put("a");
  });
  const reader = stream.client();
  expect(await outcome(reader.next())).toEqual(item(1));
  expect(await outcome(reader.return())).toEqual(done());
  expect(await outcome(channel.client().next())).toEqual(item("a"));
  expect(told).toEqual([expect.any(ChannelClosed)]);
});

describe("who speaks first", () => {
  firstWords((channel) => {
    const other = new Channel<string, string>();
    return inside((body) => serveAll([channel, other], ([server]) => body(server)));
  });
});
