/** The same programs as in traces recorded from the Python original, sav.channels 0.4, give the same traces here. */
import { Channel, ChannelClosed, StreamChannel } from "coroutine-channels";
import type { Client, Reader, Server, Writer } from "coroutine-channels";
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

type Write = ["send", number] | ["write" | "lend", number[]];
type Read = ["read", number] | ["receive"] | ["next"] | ["rest"];

async function perform(writer: Writer<number>, [verb, what]: Write): Promise<void> {
  if (verb === "send") await writer.send(what);
  else await writer.write(verb === "lend" ? what.values() : what);
}

async function read(reader: Reader<number>, [verb, count]: Read): Promise<unknown> {
  if (verb === "read") return reader.read(count);
  if (verb === "receive") return [...(await reader.receive())];
  if (verb === "next") return (await reader.next()).value;
  const rest: number[] = [];
  for await (const item of reader) rest.push(item);
  return rest;
}

async function stream(writes: readonly Write[], reads: readonly Read[]): Promise<unknown[]> {
  const trace: unknown[] = [];
  const channel = new StreamChannel<number>();
  const writing = channel.serve(async (writer) => {
    for (const write of writes) await perform(writer, write);
  });
  for (const step of reads) trace.push(await read(channel.client(), step));
  await writing;
  return trace;
}

/** Whether a `receive()` was lent more than the item that it knew of. */
const lendsSeveral = ({ read, trace }: (typeof traces.stream)[number]): boolean =>
  read.some(([verb], i) => verb === "receive" && (trace[i] as unknown[]).length > 1);

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

  describe.each([
    ["", false],
    ["that lends several items at once,", true],
  ])("stream %s", (_how, lends) => {
    const those = traces.stream.filter((one) => lends === lendsSeveral(one));
    test.each(those)("written by $write, read by $read", async ({ write, read, trace }) => {
      expect(await stream(write as Write[], read as Read[])).toEqual(trace);
    });
  });
});
