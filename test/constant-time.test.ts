/**
 * Cancelling one of many calls that wait touches as many links, however many wait; and ending all of
 * them, so many each. Counted, not timed.
 */
import { Channel, ChannelClosed, type ChannelOptions } from "coroutine-channels";
import { afterEach, beforeEach, expect, test } from "vitest";

import { type Link, Queue } from "../src/core/queue.ts";
import { settled } from "./support/settled.ts";

type AnyLink = Link<AnyLink>;

let touched = 0;
let { push } = Queue.prototype;

/** Every link that is queued counts how often its neighbours are read or written. */
beforeEach(() => {
  ({ push } = Queue.prototype);
  Queue.prototype.push = function (this: Queue<AnyLink>, link: AnyLink): void {
    for (const key of ["next", "previous"] as const) {
      let value = link[key];
      Object.defineProperty(link, key, {
        configurable: true,
        get: () => (touched++, value),
        set(other: AnyLink | undefined) {
          touched++;
          value = other;
        },
      });
    }
    push.call(this, link as never);
  } as typeof push;
});

afterEach(() => {
  Queue.prototype.push = push;
});

type Options = { readonly signal?: AbortSignal };
/** Makes an end ready, of which every call waits; and the call that waits. */
type Ready = (options: ChannelOptions) => Promise<(options?: Options) => Promise<unknown>>;

const ends: [string, Ready][] = [
  [
    "a client's receive",
    async (options) => {
      const client = new Channel<number>(options).client();
      return (call) => client.receive(call);
    },
  ],
  [
    "a server's send",
    async (options) => {
      const channel = new Channel<number>(options);
      void channel.client().next();
      const server = await channel.server();
      return (call) => server.send(1, call);
    },
  ],
  [
    "a server's put",
    async (options) => {
      const channel = new Channel<number>(options);
      void channel.client().next();
      const server = await channel.server();
      await server.put(0);
      return (call) => server.put(1, call);
    },
  ],
];

/** How many links are touched, with so many calls waiting, by cancelling the middle one, and by ending the others. */
async function linksTouched(
  ready: Ready,
  waiting: number,
): Promise<{ byOne: number; byAll: number }> {
  const ofAll = new AbortController();
  const ofOne = new AbortController();
  const call = await ready({ limit: waiting + 1, signal: ofAll.signal });
  for (let i = 0; i < waiting; i++) {
    const waits = call(i === waiting / 2 ? { signal: ofOne.signal } : undefined);
    waits.catch(ChannelClosed.ignore);
  }
  await settled();
  touched = 0;
  ofOne.abort(new ChannelClosed());
  const byOne = touched;
  ofAll.abort(new ChannelClosed());
  const byAll = touched - byOne;
  await settled();
  return { byOne, byAll };
}

test.each(ends)("%s", async (_, ready) => {
  const few = await linksTouched(ready, 1000);
  const many = await linksTouched(ready, 100_000);
  expect(few.byOne).toBeGreaterThan(0);
  expect(many.byOne).toBe(few.byOne);
  expect(few.byAll).toBeGreaterThan(1000);
  expect(many.byAll).toBeLessThan(101 * few.byAll);
});
