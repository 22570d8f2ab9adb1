/** What is binary arrives in memory of its own, of just its length: nothing else that lies in a transport's buffers. */
import { expect, onTestFinished, test } from "vitest";

import { transports } from "./transports.ts";

const exists = (name: string): boolean =>
  name !== "WebSocket of the platform" || "WebSocket" in globalThis;

test.each(Object.entries(transports).filter(([name]) => exists(name)))("%s", async (_, open) => {
  const pair = await open();
  onTestFinished(() => pair.close());
  pair.far.serve<unknown, unknown>("echo", async (server) => {
    let heard = await server.receive();
    for (;;) heard = await server.send(heard);
  });
  const echo = pair.near.client<unknown, unknown>("echo");

  const bytes = await echo.send(Uint8Array.of(1, 2, 3));
  expect(bytes).toStrictEqual(Uint8Array.of(1, 2, 3));
  expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  expect((bytes as Uint8Array).buffer.byteLength).toBe(3);

  const buffer = await echo.send(Uint8Array.of(4, 5).buffer);
  expect(new Uint8Array(buffer as ArrayBuffer)).toStrictEqual(Uint8Array.of(4, 5));

  const numbers = await echo.send(Float32Array.of(0.5));
  expect(numbers).toStrictEqual(Float32Array.of(0.5));
  expect((numbers as Float32Array).buffer.byteLength).toBe(4);
});
