/** What users do with streams: bodies of responses and requests, text, compression, tokens. */

import { produce, StreamChannel } from "coroutine-channels";
import {
  fromReadableStream,
  toReadableStream,
  toTransformStream,
  toWritableStream,
} from "coroutine-channels/web";
import { expect, test } from "vitest";

import { settled } from "../support/settled.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("a response's body is made of the items of a producer", async () => {
  const client = produce<Uint8Array>(async (server) => {
    await server.send(bytes("Hello, "));
    await server.send(bytes("world"));
  });
  expect(await new Response(toReadableStream(client)).text()).toBe("Hello, world");
});

test("a response's body whose producer fails gives its reader the very error", async () => {
  const failure = new Error("broken");
  const client = produce<Uint8Array>(async (server) => {
    await server.send(bytes("Hello, "));
    throw failure;
  });
  const body = fromReadableStream(new Response(toReadableStream(client)).body!);
  expect(await body.receive()).toEqual(bytes("Hello, "));
  expect(await body.receive().catch((error: unknown) => error)).toBe(failure);
});

test("a response's body is read through a client, text by text", async () => {
  const response = new Response("Hello, world");
  let text = "";
  for await (const part of fromReadableStream(response.body!.pipeThrough(new TextDecoderStream())))
    text += part;
  expect(text).toBe("Hello, world");
});

test("vercel/ai#9834: a response whose body is given up stops its producer", async () => {
  let cleaned = false;
  const client = produce<Uint8Array>(async (server) => {
    try {
      for (;;) await server.send(bytes("tick\n"));
    } finally {
      cleaned = true;
    }
  });
  const response = new Response(toReadableStream(client));
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  expect(cleaned).toBe(true);
});

test("bytes survive compression and decompression between two channels", async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`);
  const channel = new StreamChannel<string>();
  void channel.serve((writer) => writer.write(lines));
  const received = new StreamChannel<string>();
  void received.serve((writer) =>
    toReadableStream(channel.client())
      .pipeThrough(new TextEncoderStream() as ReadableWritablePair<Uint8Array<ArrayBuffer>, string>)
      .pipeThrough(new CompressionStream("gzip"))
      .pipeThrough(new DecompressionStream("gzip"))
      .pipeThrough(new TextDecoderStream())
      .pipeTo(toWritableStream(writer)),
  );
  const texts = await received.client().read();
  expect(texts.join("")).toBe(lines.join(""));
});

test("a tokens' stream, smoothed into words and encoded, is generated as it is read", async () => {
  // What packages for language models give and take: parts with a type, and a TransformStream.
  type Part = { type: "text-delta"; text: string } | { type: "finish" };
  let generated = 0;
  let stopped = false;
  const model = produce<Part>(async (server) => {
    try {
      const texts = ["Chan", "nels ", "are ge", "nerators ", "inside out "];
      while (generated < 1000) {
        const text = texts[generated++ % texts.length] as string;
        await server.send({ type: "text-delta", text });
      }
      await server.send({ type: "finish" });
    } finally {
      stopped = true;
    }
  });

  const smooth = toTransformStream(async function* (parts: AsyncIterable<Part>) {
    let rest = "";
    for await (const part of parts) {
      if (part.type !== "text-delta") break;
      const words = (rest + part.text).split(" ");
      rest = words.pop() ?? "";
      for (const word of words) yield `${word} `;
    }
    yield rest;
  });
  const encode = new TransformStream<string, Uint8Array>(
    { transform: (text, controller) => controller.enqueue(bytes(`data: ${text}\n\n`)) },
    { highWaterMark: 1 },
    { highWaterMark: 0 },
  );

  const response = new Response(toReadableStream(model).pipeThrough(smooth).pipeThrough(encode));
  const events = fromReadableStream(response.body!.pipeThrough(new TextDecoderStream()));
  expect(await events.receive()).toBe("data: Channels \n\n");
  await settled();
  // As far ahead as the platform's own streams in between buffer.
  expect(generated).toBeLessThan(20);
  await events.return();
  await settled();
  expect(stopped).toBe(true);
});
