/** Pieces upon pieces, as deep as nobody should need them: no stack overflows, and what is innermost is closed. */
import { expect, test } from "vitest";
import {
  abortable,
  broadcast,
  buffer,
  cooperative,
  distribute,
  merge,
  produce,
} from "coroutine-channels";
import { settled } from "../support/settled.ts";
import { Probe } from "./probe.ts";

type Flow = AsyncGenerator<number, unknown, void>;
const DEPTH = 1000;

const pieces: readonly [name: string, make: (source: AsyncIterable<number>) => Flow][] = [
  ["merge", (source) => merge(source)],
  ["buffer", (source) => buffer(source, { capacity: 1 })],
  ["broadcast", (source) => broadcast(source).subscribe()],
  ["distribute", (source) => distribute(source).subscribe()],
  ["cooperative", (source) => cooperative(source)],
  ["abortable", (source) => abortable(source)],
];

function nested(
  make: (source: AsyncIterable<number>) => Flow,
  source: AsyncIterable<number>,
): Flow {
  let flow = make(source);
  for (let i = 1; i < DEPTH; i++) flow = make(flow);
  return flow;
}

test.each(pieces)(
  "a thousand times %s: an item passes, and leaving closes the source",
  async (_, make) => {
    const source = new Probe({ items: [1, 2], then: "wait" });
    const flow = nested(make, source);
    expect(await flow.next()).toEqual({ value: 1, done: false });
    const [second, third] = [flow.next(), flow.next()];
    expect(await second).toEqual({ value: 2, done: false });
    await settled();
    const left = flow.return("left");
    expect(source.closed).toBe(1);
    expect(await third).toEqual({ value: undefined, done: true });
    expect(await left).toEqual({ value: "left", done: true });
  },
);

test.each(pieces)(
  "a thousand times %s: left before the first request, it closes the source",
  async (_, make) => {
    const source = new Probe({ items: [1] });
    await nested(make, source).return(undefined);
    expect(source).toMatchObject({ asked: 0, closed: 1 });
  },
);

test.each(pieces)(
  "a thousand times %s: an error comes through, and the error of closing",
  async (_, make) => {
    const error = new Error("source");
    await expect(nested(make, new Probe({ then: { error } })).next()).rejects.toBe(error);
    const closing = nested(make, new Probe({ items: [1], then: "wait", closing: { error } }));
    await closing.next();
    await expect(closing.return(undefined)).rejects.toBe(error);
  },
);

test("a thousand stages, each left through the signal of the next", async () => {
  const source = new Probe({ items: [1], then: "wait" });
  let flow: AsyncGenerator<number, unknown, void> = abortable(source);
  for (let i = 1; i < DEPTH; i++) {
    const inner = flow;
    flow = produce<number>(async (server) => {
      for await (const each of abortable(inner, { signal: server.signal })) await server.send(each);
    });
  }
  expect(await flow.next()).toEqual({ value: 1, done: false });
  const request = flow.next();
  await settled();
  const left = flow.return(undefined);
  expect(await request).toEqual({ value: undefined, done: true });
  expect(await left).toEqual({ value: undefined, done: true });
  for (let i = 0; i < 10 && source.closed === 0; i++) await settled();
  expect(source.closed).toBe(1);
});
