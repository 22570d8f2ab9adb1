/** What holds over the link in memory holds over each real transport. */
import type { Writer } from "coroutine-channels";
import { LinkClosed } from "coroutine-channels/link";
import { describe, expect, onTestFinished, test } from "vitest";

import { byScope } from "../../support/scope.ts";
import { overPair, samePrograms } from "./same-programs.ts";
import { transports } from "./transports.ts";

/** Those that this runtime has: Node has a WebSocket of its own from version 22 on. */
const here = Object.entries(transports).filter(
  ([name]) => name !== "WebSocket of the platform" || "WebSocket" in globalThis,
);

describe.each(here)("%s", (_name, open) => {
  test("bodies are generators", async () => {
    const pair = await open();
    onTestFinished(() => pair.close());
    expect(
      await samePrograms(overPair(pair), byScope({ part: 10, usual: 40, long: 2000 })),
    ).toBeGreaterThan(0);
  });

  test("streams, values and endings", async () => {
    const pair = await open();
    onTestFinished(() => pair.close());
    pair.far.serveStream("numbers", async (writer: Writer<number>, upTo: number) => {
      await writer.write(Array.from({ length: upTo }, (_, i) => i));
    });
    const large = new Uint8Array(300_000).fill(7);
    pair.far.serve<unknown, unknown>("echo", async (server) => {
      let heard = await server.receive();
      for (;;) heard = await server.send(heard);
    });
    for (const prefetch of [0, 1, 1000]) {
      const reader = pair.near.reader<number>("numbers", 5000, { prefetch });
      expect(await reader.read(4990)).toHaveLength(4990);
      const rest: number[] = [];
      for await (const item of reader) rest.push(item);
      expect(rest).toEqual(Array.from({ length: 10 }, (_, i) => 4990 + i));
    }
    const echo = pair.near.client<unknown, unknown>("echo");
    const small = [new Uint8Array([1, 2]), new ArrayBuffer(3), new Float64Array([0.5])];
    const plain = [1, "text", -0, 2n ** 70n, new Map([[{ a: 1 }, new Date(5)]])];
    for (const value of [...plain, ...small, large]) {
      expect(await echo.send(value)).toStrictEqual(value);
    }
    pair.far.serve("never", () => new Promise(() => {}));
    const waiting = pair.near.client("never").next();
    await pair.rest();
    const lost = waiting.then(
      () => undefined,
      (error: unknown) => error,
    );
    await pair.far.close();
    expect(await lost).toBeInstanceOf(LinkClosed);
    expect(pair.near.signal.aborted).toBe(true);
  });
});
