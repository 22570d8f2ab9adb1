/** Bodies of real requests and responses, to and from a server on a real port. */

import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

import { produce, StreamChannel } from "coroutine-channels";
import { toReadable, toWritable } from "coroutine-channels/node";
import { fromReadableStream, toReadableStream } from "coroutine-channels/web";
import { expect, onTestFinished, test } from "vitest";

const bytes = (text: string) => new TextEncoder().encode(text);

async function listen(handle: RequestListener): Promise<string> {
  const server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a request's body is produced by a channel, and read by another", async () => {
  const received = new StreamChannel<Buffer>();
  const url = await listen((request, response) => {
    void received
      .serve((writer) => pipeline(request, toWritable(writer)))
      .then(() => response.end("thanks"));
  });
  const parts = produce<Uint8Array>(async (server) => {
    for (const part of ["one ", "two ", "three"]) await server.send(bytes(part));
  });
  const init = { method: "POST", body: toReadableStream(parts), duplex: "half" };
  const [response, read] = await Promise.all([fetch(url, init), received.client().read()]);
  expect(Buffer.concat(read).toString()).toBe("one two three");
  expect(await response.text()).toBe("thanks");
});

test("a response's body is produced by a channel, and is read through a client", async () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`);
  const url = await listen((_request, response) => {
    const channel = new StreamChannel<string>();
    void channel.serve((writer) => writer.write(lines));
    void pipeline(toReadable(channel.client()), response);
  });
  const { body } = await fetch(url);
  let text = "";
  for await (const part of fromReadableStream(body!.pipeThrough(new TextDecoderStream())))
    text += part;
  expect(text).toBe(lines.join(""));
});

test("leaving a response's body stops the producer at the other side", async () => {
  let stopped = () => {};
  const stopping = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  const url = await listen((_request, response) => {
    const ticks = produce<string>(async (server) => {
      try {
        for (;;) await server.send("tick\n".repeat(1000));
      } finally {
        stopped();
      }
    });
    pipeline(toReadable(ticks), response).catch(() => {});
  });
  const { body } = await fetch(url);
  for await (const part of fromReadableStream(body!)) {
    expect(part.length).toBeGreaterThan(0);
    break;
  }
  await stopping;
});
