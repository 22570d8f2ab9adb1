/** The same programs of streams as in traces recorded from the Python original give the same traces here. */
import { type Reader, StreamChannel, type Writer } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import traces from "./traces.json" with { type: "json" };

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
