/** The same programs as in traces recorded from the Python original, sav.channels 0.4, give the same traces here. */
import { Channel, ChannelClosed } from "coroutine-channels";
import type { Client, Server } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import traces from "./traces.json" with { type: "json" };

/** One turn of Python's event loop lets every routine that is ready take a step. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) for (let step = 0; step < 4; step++) await null;
}

async function simplex(items: readonly number[], ticks: readonly number[]): Promise<string[]> {
  const trace: string[] = [];
  const channel = new Channel<number>();
  const producing = channel.serve(async (server) => {
    trace.push("open");
    for (const [i, item] of items.entries()) {
      await turns(ticks[i] ?? 0);
      trace.push(`send ${item}`);
      await server.send(item);
      trace.push(`sent ${item}`);
    }
  });
  for await (const item of channel.client()) trace.push(`got ${item}`);
  trace.push("end");
  await producing;
  return trace;
}

/** The ways to hand over an item and get the answer. */
const sending = {
  send: <In, Out>(end: Client<In, Out>, item: Out) => end.send(item),
  "put and receive": async <In, Out>(end: Client<In, Out>, item: Out) => {
    await end.put(item);
    return end.receive();
  },
};

async function duplex(
  down: readonly string[],
  up: readonly number[],
  how: keyof typeof sending,
): Promise<Record<string, unknown[]>> {
  const trace: Record<"client" | "server", unknown[]> = { client: [], server: [] };
  const channel = new Channel<string, number>();
  const serve = async (server: Server<string, number>): Promise<void> => {
    for (const item of down) trace.server.push(await sending[how](server, item));
  };
  const converse = async (client: Client<string, number>): Promise<void> => {
    trace.client.push(await client.receive());
    for (const item of up) trace.client.push(await sending[how](client, item));
  };
  await Promise.all([
    channel.serve(serve),
    converse(channel.client()).catch((error: unknown) => {
      ChannelClosed.ignore(error);
      trace.client.push("END");
    }),
  ]);
  return trace;
}

describe("the original's programs give the original's traces", () => {
  test.each(traces.simplex)(
    "simplex $items after turns $ticks",
    async ({ items, ticks, trace }) => {
      expect(await simplex(items, ticks)).toEqual(trace);
    },
  );

  test.each(traces.duplex)("duplex $down down, $up up", async ({ down, up, trace }) => {
    expect(await duplex(down, up, "send")).toEqual(trace);
    expect(await duplex(down, up, "put and receive")).toEqual(trace);
  });
});
