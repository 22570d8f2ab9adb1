/** Two copies of the package in one program know each other's errors. */
import * as here from "coroutine-channels";
import { expect, test, vi } from "vitest";

import { outcome, waiting } from "./support/outcome.ts";

type Package = typeof here;

/** Another copy of the whole package, as npm installs one beside another. */
async function copy(): Promise<Package> {
  vi.resetModules();
  return import("coroutine-channels");
}

const there = await copy();
const { ChannelClosed, ChannelOverflow } = here;

/** What a `send` rejects with in a copy when its client has left, and when too many wait. */
async function errors({ Channel }: Package): Promise<[closed: unknown, overflow: unknown]> {
  const channel = new Channel<number>({ limit: 1 });
  const client = channel.client();
  const calls = [client.next(), client.next()].map(waiting);
  const [, overflow] = await Promise.allSettled([0, calls[1]]);
  await client.return("v" as never);
  const [closed] = await Promise.allSettled([client.receive()]);
  return [closed, overflow].map((one) => (one as PromiseRejectedResult).reason as unknown) as [
    unknown,
    unknown,
  ];
}

test("they are copies", () => {
  expect(there.ChannelClosed).not.toBe(ChannelClosed);
  expect(there.Channel).not.toBe(here.Channel);
});

test("instanceof holds for the errors of the other copy, and for no others", async () => {
  for (const [from, to] of [
    [here, there],
    [there, here],
  ] as const) {
    const [closed, overflow] = await errors(from);
    expect(closed instanceof to.ChannelClosed).toBe(true);
    expect(overflow instanceof to.ChannelOverflow).toBe(true);
    expect(closed instanceof to.ChannelOverflow || overflow instanceof to.ChannelClosed).toBe(
      false,
    );
    const impostor = Object.assign(new Error("The client has left"), { name: "ChannelClosed" });
    for (const one of [impostor, null, undefined, "text", {}, closed?.constructor]) {
      expect(one instanceof to.ChannelClosed).toBe(false);
    }
  }
});

test("ignore swallows those of the other copy, and rethrows all else", async () => {
  const [closed, overflow] = await errors(there);
  expect(() => ChannelClosed.ignore(closed)).not.toThrow();
  expect(() => ChannelClosed.ignore(overflow)).toThrow(ChannelOverflow);
});

test("a subclass knows its own", () => {
  class Gone extends ChannelClosed {}
  expect([new Gone() instanceof ChannelClosed, new Gone() instanceof there.ChannelClosed]).toEqual([
    true,
    true,
  ]);
  expect([new Gone() instanceof Gone, new ChannelClosed() instanceof Gone]).toEqual([true, false]);
});

test("the ChannelClosed of a channel of the other copy is an ordinary error to a body", async () => {
  const [closed] = await errors(there);
  const client = here.produce<number>(() => Promise.reject(closed));
  expect(await outcome(client.next())).toMatchObject({ closed: { undelivered: true } });
});

test("a channel of the other copy is served as the client that leaves it expects", async () => {
  const channel = new there.Channel<number>();
  const serving = channel.serve((server) => server.send(1).catch(ChannelClosed.ignore));
  for await (const _ of channel.client()) break;
  expect(await outcome(serving)).toEqual({ gives: undefined });
});
