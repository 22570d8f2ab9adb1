/**
 * The situations in which the Python original, sav.channels 0.4, hangs, loses items or fails in an inexplicable way: here
 * every call settles.
 */
import { Channel, ChannelClosed, StreamChannel } from "coroutine-channels";
import { expect, test } from "vitest";

import { closed, done, item, outcome, outcomes, waiting } from "./support/outcome.ts";

const error = new Error("error");
const reason = Symbol("reason");

test("an error in the server's body reaches the client, which would hang", async () => {
  const channel = new Channel<number>();
  const serving = channel.serve(async (server) => {
    await server.send(1);
    throw error;
  });
  void waiting(serving);
  const client = channel.client();
  expect(await outcome(client.next())).toEqual(item(1));
  expect(await outcome(client.next())).toEqual({ rejects: error });
  expect(await outcome(serving)).toEqual({ rejects: error });
});

test("a block of the bare server that fails ends the client, which would hang", async () => {
  const channel = new Channel<number>();
  const produce = async (): Promise<never> => {
    await using server = await channel.server();
    await server.send(1);
    throw error;
  };
  const producing = waiting(produce());
  const client = channel.client();
  await client.next();
  expect(await outcome(client.next())).toEqual(done());
  expect(await outcome(producing)).toEqual({ rejects: error });
});

test("a consumer that breaks ends the producer, which would hang", async () => {
  const channel = new Channel<number>();
  let cleaned = false;
  const serving = channel.serve(async (server) => {
    try {
      for (let i = 0; ; i++) await server.send(i);
    } finally {
      cleaned = true;
    }
  });
  for await (const i of channel.client()) if (i === 2) break;
  expect(cleaned).toBe(true);
  expect(await outcome(serving)).toEqual({ gives: undefined });
});

test("jasnell/new-streams#8: a consumer whose call is cancelled leaves the producer working", async () => {
  const channel = new Channel<number>();
  const serving = channel.serve(async (server) => {
    await server.send(1);
    await server.send(2);
  });
  const controller = new AbortController();
  const client = channel.client();
  const receiving = client.receive({ signal: controller.signal });
  controller.abort(reason);
  expect(await outcome(receiving)).toEqual({ rejects: reason });
  expect([await client.receive(), await client.receive()]).toEqual([1, 2]);
  expect(await outcome(client.next())).toEqual(done());
  expect(await outcome(serving)).toEqual({ gives: undefined });
});

test("a producer whose send is cancelled leaves the consumer working", async () => {
  const channel = new Channel<number>();
  const controller = new AbortController();
  const client = channel.client();
  const first = client.receive();
  const server = await channel.server();
  const sending = server.send(1, { signal: controller.signal });
  expect(await first).toBe(1);
  controller.abort(reason);
  expect(await outcome(sending)).toEqual({ rejects: reason });
  const second = waiting(client.receive());
  void waiting(server.send(2));
  expect(await outcome(second)).toEqual({ gives: 2 });
});

test("a server without a client waits, and may be given up", async () => {
  const channel = new Channel<number>();
  const controller = new AbortController();
  const opening = waiting(channel.server({ signal: controller.signal }));
  expect(await outcome(opening)).toBe("waits");
  controller.abort(reason);
  expect(await outcome(opening)).toEqual({ rejects: reason });
});

test("a client without a server waits, and may give up", async () => {
  const channel = new Channel<number>();
  const request = waiting(channel.client().next());
  expect(await outcome(request)).toBe("waits");
  await channel.client().return();
  expect(await outcome(request)).toEqual(done());
  expect(await outcome(channel.server())).toEqual({ closed: expect.anything() });
});

test("a client's first value is passed by where the server sends first, and no TypeError", async () => {
  const channel = new Channel<number, string>();
  void waiting(channel.serve((server) => server.send(1).then(() => undefined)));
  expect(await outcome(channel.client().send("first"))).toEqual({ gives: 1 });
});

test("a client may speak first", async () => {
  const channel = new Channel<string, string>();
  const serving = channel.serve(async (server) => {
    let name = await server.receive();
    for (;;) name = await server.send(`Hello, ${name}`);
  });
  const client = channel.client();
  expect([await client.send("Ann"), await client.send("Bob")]).toEqual([
    "Hello, Ann",
    "Hello, Bob",
  ]);
  await client.return();
  expect(await outcome(serving)).toEqual({ gives: undefined });
});

test("calls of one end may overlap", async () => {
  const channel = new Channel<number, string>();
  const client = channel.client();
  const requests = [client.next(), client.next("a"), client.next("b")].map(waiting);
  const server = await channel.server();
  const sends = [server.send(1), server.send(2), server.send(3)].map(waiting);
  expect(await outcomes(...requests)).toEqual([item(1), item(2), item(3)]);
  expect(await outcomes(...sends)).toEqual([{ gives: "a" }, { gives: "b" }, "waits"]);
});

test("a second server is refused by a TypeError, and the first goes on", async () => {
  const channel = new Channel<number>();
  const request = channel.client().next();
  const server = await channel.server();
  expect(await outcome(channel.server())).toEqual({ rejects: expect.any(TypeError) });
  expect(await outcome(channel.serve(() => {}))).toEqual({ rejects: expect.any(TypeError) });
  void waiting(server.send(1));
  expect(await outcome(request)).toEqual(item(1));
});

test("an error that the client throws reaches the producer, which would hang", async () => {
  const channel = new Channel<number>();
  const serving = waiting(channel.serve((server) => server.send(1)));
  const client = channel.client();
  await client.next();
  expect(await outcome(client.throw(error))).toEqual({ rejects: error });
  expect(await outcome(serving)).toEqual({ rejects: error });
});

test("calls after the end meet the end, however often", async () => {
  const channel = new Channel<number>();
  const client = channel.client();
  const request = client.next();
  const server = await channel.server();
  await server.return();
  expect(await outcomes(request, client.next(), client.next())).toEqual([done(), done(), done()]);
  expect(await outcomes(server.return(), server.return())).toEqual([done(), done()]);
  expect(await outcome(server.send(1))).toEqual(closed(undefined, true));
});

test("undefined is an item", async () => {
  const channel = new Channel<undefined>();
  void waiting(channel.serve((server) => server.send(undefined)));
  expect(await outcome(channel.client().next())).toEqual(item(undefined));
});

function ten(): StreamChannel<number> & { readonly writing: Promise<void> } {
  const channel = new StreamChannel<number>();
  const writing = channel.serve((writer) => writer.write([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
  return Object.assign(channel, { writing });
}

test("read() once takes all, and ends the writer, which would hang", async () => {
  const channel = ten();
  expect(await channel.client().read()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await outcome(channel.writing)).toEqual({ gives: undefined });
});

test("read() twice gives nothing the second time", async () => {
  const reader = ten().client();
  await reader.read();
  expect(await outcome(reader.read())).toEqual({ gives: [] });
  expect(await outcome(reader.receive())).toEqual({ closed: expect.anything() });
});

test("read(3) again and again ends with what is left, and then with nothing", async () => {
  const channel = ten();
  const counts: number[] = [];
  for (let i = 0; i < 6; i++) counts.push((await channel.client().read(3)).length);
  expect(counts).toEqual([3, 3, 3, 1, 0, 0]);
  expect(await outcome(channel.writing)).toEqual({ gives: undefined });
});

test("effect, Queue: what a receive leaves is there for the next", async () => {
  const reader = ten().client();
  const first: number[] = [];
  for (const one of await reader.receive()) if (first.push(one) === 2) break;
  expect([first, [...(await reader.receive())]]).toEqual([
    [1, 2],
    [3, 4, 5, 6, 7, 8, 9, 10],
  ]);
  await expect(reader.receive()).rejects.toBeInstanceOf(ChannelClosed);
});

test("read(-2) fails in the reader, and the stream goes on", async () => {
  const channel = ten();
  await expect(channel.client().read(-2)).rejects.toBeInstanceOf(RangeError);
  expect(await channel.client().read(2)).toEqual([1, 2]);
  await channel.client().return();
  expect(await outcome(channel.writing)).toEqual({ gives: undefined });
});

test("read(0) gives nothing at once, and starts nothing", async () => {
  const channel = new StreamChannel<number>();
  expect(await outcome(channel.client().read(0))).toEqual({ gives: [] });
  expect(await outcome(waiting(channel.server()))).toBe("waits");
});
