/** A Hono route streams a channel, and stops its producer when the client leaves. */

import { get } from "node:http";
import { once } from "node:events";

import { fromReadableStream } from "coroutine-channels/web";
import { expect, onTestFinished, test } from "vitest";

import { startTicker } from "./ticker.ts";

async function started(count: number) {
  const ticker = await startTicker(count);
  onTestFinished(() => ticker.close());
  return ticker;
}

test("fetch reads the events, and stops a producer that has nothing to send by leaving", async () => {
  const ticker = await started(2);
  const response = await fetch(`${ticker.url}/ticks`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  let text = "";
  for await (const part of fromReadableStream(
    response.body!.pipeThrough(new TextDecoderStream()),
  )) {
    text += part;
    if (text.includes(`{"tick":2}`)) break;
  }
  expect(text).toBe(`data: {"tick":1}\n\ndata: {"tick":2}\n\n`);
  await ticker.stopped;
  expect(ticker.running).toBe(0);
});

test("a client that does not read on stops the producer by aborting, which is not far ahead", async () => {
  const ticker = await started(1_000_000);
  const controller = new AbortController();
  const { signal } = controller;
  const response = await fetch(`${ticker.url}/ticks`, { signal });
  const reader = response.body!.getReader();
  await reader.read();
  controller.abort();
  await expect(reader.closed).rejects.toMatchObject({ name: "AbortError" });
  await ticker.stopped;
  expect(ticker.running).toBe(0);
  expect(ticker.sent).toBeLessThan(1_000_000);
});

test("a plain HTTP client that cuts the connection stops the producer", async () => {
  const ticker = await started(1);
  const request = get(`${ticker.url}/ticks`);
  const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
  const [part] = (await once(response, "data")) as [Buffer];
  expect(part.toString()).toContain(`{"tick":1}`);
  request.on("error", () => {}).destroy();
  await ticker.stopped;
  expect(ticker.running).toBe(0);
});
