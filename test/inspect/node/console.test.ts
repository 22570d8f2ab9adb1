/** What `console.log` shows of channels and their ends. */

import { inspect } from "node:util";

import { expect, test } from "vitest";

import "../../../src/inspect.ts";
import { broadcast, buffer, Channel, distribute, StreamChannel } from "../../../src/index.ts";

const shown = (value: unknown) =>
  inspect(value).replace(/since \d+ ms, at \S+ \(.*\)/, "since N ms, at PLACE");

test("a channel and its ends", async () => {
  const channel = new Channel<string>({ name: "letters" });
  expect(shown(channel)).toBe("Channel letters { idle }");
  expect(shown(channel.client())).toBe("Client letters { idle }");
  async function read() {
    return channel.client().next();
  }
  const reading = read();
  expect(shown(channel)).toBe("Channel letters { client waits in next, since N ms, at PLACE }");
  expect(shown(channel.client())).toBe("Client letters { waits in next, since N ms, at PLACE }");
  const server = await channel.server();
  expect(shown(server)).toBe("Server letters { idle }");
  await server.return();
  await reading;
  expect([channel, channel.client(), server].map(shown)).toEqual([
    "Channel letters { ended }",
    "Client letters { ended }",
    "Server letters { ended }",
  ]);
});

test("a stream and its ends", async () => {
  const channel = new StreamChannel<number>({ name: "rows" });
  const reader = channel.client();
  const reading = reader.read(2);
  const writer = await channel.server();
  expect(shown(channel)).toMatch(/^StreamChannel rows \{ client waits in read, since .* \}$/);
  expect([reader, writer].map((end) => shown(end).split(" {")[0])).toEqual([
    "Reader rows",
    "Writer rows",
  ]);
  await writer.return();
  expect(await reading).toEqual([]);
  expect(shown(channel)).toBe("StreamChannel rows { ended }");
});

test("what the pieces return", async () => {
  const channel = new Channel<string>({ name: "letters" });
  const kept = buffer(channel.client(), { capacity: 2 });
  expect(shown(kept)).toBe("Flow { idle }");
  const first = kept.next();
  expect(shown(kept)).toBe("Flow { its consumer waits }");
  const server = await channel.server();
  for (const letter of "AB") await server.put(letter);
  await first;
  await expect.poll(() => shown(kept)).toBe("Flow { 1 item kept }");
  await kept.return();
  expect(shown(kept)).toBe("Flow { ended }");
});

test("what deals items out to several consumers", async () => {
  const channel = new Channel<string>({ name: "letters" });
  for (const shared of [broadcast(channel.client()), distribute(channel.client())]) {
    expect(shown(shared)).toBe("Flow { 0 consumers }");
    const consumer = shared.subscribe();
    expect(shown(shared)).toBe("Flow { 1 consumer }");
    await consumer.return();
    expect(shown(shared)).toBe("Flow { 0 consumers }");
  }
});

test("to look changes nothing", async () => {
  const channel = new Channel<string>({ name: "letters" });
  inspect(channel.client());
  const asked = channel.client().next();
  const server = await channel.server();
  inspect(server);
  void server.put("A");
  expect(await asked).toEqual({ value: "A", done: false });
  await server.return();
});
