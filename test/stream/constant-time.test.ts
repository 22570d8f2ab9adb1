/**
 * Cancelling one of many calls of a stream that wait touches as many links, however many wait; and
 * ending all of them, so many each. Counted, not timed.
 */
import { ChannelClosed, type ChannelOptions, StreamChannel, type Writer } from "coroutine-channels";
import { afterEach, beforeEach, expect, test } from "vitest";

import { type Link, Queue } from "../../src/core/queue.ts";
import { settled } from "../support/settled.ts";

interface AnyLink extends Link<AnyLink> {
  /** What its neighbours are, where reading these is counted. */
  neighbours?: [next: AnyLink | undefined, previous: AnyLink | undefined];
}

let touched = 0;
let { push } = Queue.prototype;

const counted = (i: 0 | 1): PropertyDescriptor & ThisType<AnyLink> => ({
  configurable: true,
  get() {
    touched++;
    return this.neighbours![i];
  },
  set(other: AnyLink | undefined) {
    touched++;
    this.neighbours![i] = other;
  },
});
const both = { next: counted(0), previous: counted(1) };

let queued = 0;

/** Some of the links that are queued, the middle one and its neighbours among them, count how often theirs are touched. */
beforeEach(() => {
  ({ push } = Queue.prototype);
  Queue.prototype.push = function (this: Queue<AnyLink>, link: AnyLink): void {
    if (++queued % 50 < 3 && link.neighbours === undefined) {
      link.neighbours = [link.next, link.previous];
      Object.defineProperties(link, both);
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

/** One whose reader wants nothing more. */
async function writerOf(options: ChannelOptions): Promise<Writer<number>> {
  const channel = new StreamChannel<number>(options);
  void channel.client().next();
  const writer = await channel.server();
  await writer.put(0);
  return writer;
}

const ends: [string, Ready][] = [
  [
    "a reader's read",
    async (options) => {
      const reader = new StreamChannel<number>(options).client();
      return (call) => reader.read(2, call);
    },
  ],
  [
    "a reader's receive",
    async (options) => {
      const reader = new StreamChannel<number>(options).client();
      return (call) => reader.receive(call);
    },
  ],
  [
    "a writer's send",
    async (options) => {
      const writer = await writerOf(options);
      return (call) => writer.send(1, call);
    },
  ],
  [
    "a writer's put",
    async (options) => {
      const writer = await writerOf(options);
      return (call) => writer.put(1, call);
    },
  ],
  [
    "a writer's write",
    async (options) => {
      const writer = await writerOf(options);
      return (call) => writer.write(new Set([1]), call);
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
  queued = 0;
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
  expect(few.byAll).toBeGreaterThan(50);
  expect(many.byAll).toBeLessThan(200 * few.byAll);
});
