/** What has ended leaves nothing behind, on either side. */
import { Host, Session } from "coroutine-channels/link";
import type { Server } from "coroutine-channels";
import { expect, test } from "vitest";

import { byScope } from "../../support/scope.ts";
import { FLAT, heap } from "../../support/garbage.ts";
import { microtaskLinks } from "../../link/microtask-link.ts";

/** How much a thing leaves behind, in bytes, when it is done so often. */
async function left(times: number, act: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < times / 10; i++) await act();
  const before = await heap();
  for (let i = 0; i < times; i++) await act();
  return (await heap()) - before;
}

const services = {
  async numbers(server: Server<number>): Promise<void> {
    for (let i = 0; ; i++) await server.send(i);
  },
};

test("channels that are opened and left on one session", async () => {
  const [one, two] = microtaskLinks();
  const far = new Session(one).serve(services);
  const near = new Session<typeof services>(two);
  const controller = new AbortController();
  const bytes = await left(byScope({ part: 500, usual: 5000, long: 100_000 }), async () => {
    const client = near.client("numbers", undefined, { signal: controller.signal });
    await client.receive();
    await client.return();
  });
  expect(bytes).toBeLessThan(FLAT);
  await far.close();
});

test("links that die under a session", async () => {
  const host = new Host({ open: (session) => session.serve(services) });
  let cut = (): void => {};
  const near = new Session<typeof services>(() => {
    const [one, two] = microtaskLinks();
    host.accept(one);
    cut = () => one.close();
    return two;
  });
  const client = near.client("numbers");
  let next = 0;
  const bytes = await left(byScope({ part: 100, usual: 1000, long: 10_000 }), async () => {
    expect(await client.receive()).toBe(next++);
    cut();
  });
  expect(bytes).toBeLessThan(FLAT);
  await near.close();
  await host.close();
});
