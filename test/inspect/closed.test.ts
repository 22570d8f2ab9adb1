/** A `ChannelClosed` tells who closed, and which wait that ended; users' errors are not touched. */

import { expect, test } from "vitest";

import "../../src/inspect.ts";
import { Channel, ChannelClosed, produce } from "../../src/index.ts";

const v8 = "captureStackTrace" in Error && !("Bun" in globalThis) && "process" in globalThis;

/** Who waits, and who closes. */
async function closedWhileWaiting(): Promise<Error> {
  const channel = new Channel<string>({ name: "letters" });
  async function waiter() {
    await channel.client().receive();
  }
  async function closer() {
    const server = await channel.server();
    await server.return();
  }
  const waiting = waiter().catch((error: unknown) => error);
  await closer();
  return (await waiting) as Error;
}

test("the message is the same as without", async () => {
  const error = await closedWhileWaiting();
  expect(error).toBeInstanceOf(ChannelClosed);
  expect(error.message).toBe(`The server of "letters" has closed`);
});

test.runIf(v8)(
  "the stack tells who closed, then who waited, and has no frame of the library",
  async () => {
    const { stack = "" } = await closedWhileWaiting();
    expect(
      stack
        .replace(/\(.*?([\w.]+\.test\.ts):\d+:\d+\)/g, "($1)")
        .split("\n")
        .slice(0, 6),
    ).toEqual([
      `ChannelClosed: The server of "letters" has closed`,
      "    at closer (closed.test.ts)",
      expect.stringMatching(/^ {4}at (async )?closedWhileWaiting \(closed\.test\.ts\)$/),
      expect.anything(),
      expect.anything(),
      expect.anything(),
    ]);
    const [closing, waiting] = stack.split("\n  which ended the wait of\n");
    expect(closing).not.toContain("waiter");
    expect(waiting).toMatch(/^ {4}at (async )?waiter \(/);
    expect(stack).not.toMatch(/\/src\/(core|inspect|end|channel)/);
  },
);

test.runIf(v8)("a call that comes too late has waited for nobody", async () => {
  const channel = new Channel<string>({ name: "letters" });
  await channel.client().return();
  const error = (await channel
    .client()
    .receive()
    .catch((error: unknown) => error)) as Error;
  expect(error.stack).not.toContain("which ended the wait of");
  expect(error.stack).toContain("closed.test.ts");
});

test("an error of the user is not touched", async () => {
  const mine = new ChannelClosed();
  const before = mine.stack;
  const client = produce(async (): Promise<void> => {
    throw mine;
  });
  expect(await client.next().catch((error: unknown) => error)).toBe(mine);
  expect(mine.stack).toBe(before);
});
