/**
 * Conversations over a link that is cut, delays, splits, loses, duplicates and repeats frames: every item arrives once, in
 * order, both ways. Time is driven, and a seed that fails fails again: `FAR_SEED=17 npx vitest run test/link/resume`.
 */
import type { Server, Writer } from "coroutine-channels";
import { Host, Session } from "coroutine-channels/link";
import { expect, test } from "vitest";

import { byScope } from "../support/scope.ts";
import { DrivenClock, seeded } from "./driven-clock.ts";
import { FaultyNetwork } from "./faulty-link.ts";
import type { Faults } from "./faulty-link.ts";

const { process } = globalThis as { process?: { env: Record<string, string | undefined> } };
const only = process?.env["FAR_SEED"];
const count = Number(process?.env["FAR_SEEDS"] ?? byScope({ part: 20, usual: 60, long: 1000 }));
const seeds = only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)];

/** What happened to the bodies of a world. */
interface World {
  begun: number;
  unwound: number;
  heard: unknown[];
}

function services(world: World) {
  return {
    async numbers(server: Server<number>, upTo: number) {
      for (let i = 0; i < upTo; i++) await server.send(i);
    },
    async echo(server: Server<string, string, number>) {
      let sent = 0;
      let heard = await server.receive();
      while (heard !== "enough") {
        sent++;
        heard = await server.send(`${heard}!`);
      }
      return sent;
    },
    async leaving(server: Server<number>) {
      world.begun++;
      try {
        for (let i = 0; ; i++) await server.send(i);
      } finally {
        world.unwound++;
      }
    },
    async failing(server: Server<number>) {
      await server.send(1);
      throw new RangeError("as it should");
    },
  };
}

function streams(world: World) {
  return {
    async items(writer: Writer<number>, upTo: number) {
      for (let i = 0; i < upTo;) {
        if (i % 3 === 0) await writer.send(i++);
        else {
          const many = Array.from({ length: Math.min(i, upTo - i) }, (_, j) => i + j);
          i += many.length;
          await writer.write(many);
        }
      }
    },
    async endless(writer: Writer<number>) {
      world.begun++;
      try {
        for (let i = 0; ; i++) await writer.send(i);
      } finally {
        world.unwound++;
      }
    },
  };
}

type Services = ReturnType<typeof services> & ReturnType<typeof streams>;

async function numbers(session: Session<Services>, upTo: number): Promise<void> {
  const got: number[] = [];
  for await (const i of session.client("numbers", upTo)) got.push(i);
  expect(got).toEqual(Array.from({ length: upTo }, (_, i) => i));
}

async function echo(session: Session<Services>, times: number): Promise<void> {
  const client = session.client("echo");
  for (let i = 0; i < times; i++) expect(await client.send(`${i}`)).toBe(`${i}!`);
  expect(await client.next("enough")).toEqual({ value: times, done: true });
}

/** Leaves while a request is under way. */
async function leaving(session: Session<Services>, after: number): Promise<void> {
  const client = session.client("leaving");
  for (let i = 0; i < after; i++) expect(await client.receive()).toBe(i);
  const waiting = client.next();
  expect(await client.return()).toEqual({ value: undefined, done: true });
  expect(await waiting).toEqual({ value: undefined, done: true });
}

async function failing(session: Session<Services>): Promise<void> {
  const client = session.client("failing");
  expect(await client.receive()).toBe(1);
  await expect(client.receive()).rejects.toThrow(new RangeError("as it should"));
}

async function items(session: Session<Services>, upTo: number, prefetch: number): Promise<void> {
  const reader = session.reader("items", upTo, { prefetch });
  const got: number[] = [...(await reader.read(7))];
  for await (const i of reader) {
    got.push(i);
    if (i % 50 === 0) got.push(...(await reader.read(9)));
  }
  expect(got).toEqual(Array.from({ length: upTo }, (_, i) => i));
}

async function leavingItems(session: Session<Services>, prefetch: number): Promise<void> {
  const reader = session.reader("endless", undefined, { prefetch });
  expect(await reader.read(5)).toEqual([0, 1, 2, 3, 4]);
  for await (const i of reader) if (i === 9) break;
}

const faults: readonly Faults[] = [
  { cut: 0.03, duplicate: 0, drop: 0, repeat: 0, delay: 20 },
  { cut: 0, duplicate: 0.1, drop: 0, repeat: 0.1, delay: 20 },
  { cut: 0.01, duplicate: 0.03, drop: 0.01, repeat: 0.03, delay: 50 },
  { cut: 0, duplicate: 0, drop: 0.03, repeat: 0, delay: 5 },
  { cut: 0.1, duplicate: 0.1, drop: 0, repeat: 0, delay: 1 },
];

test("every item arrives once, in order, over links that behave as badly as they can", async () => {
  const totals: Record<string, number> = {};
  for (const seed of seeds) {
    const random = seeded(seed);
    const clock = new DrivenClock(random);
    const network = new FaultyNetwork(clock, random, faults[seed % faults.length]!);
    const world: World = { begun: 0, unwound: 0, heard: [] };
    let back: Session<Services> | undefined;
    const options = { clock, grace: 600_000 };
    const host = new Host({
      ...options,
      open: (session) => {
        session.serve(services(world)).serveStream(streams(world));
        back = session as unknown as Session<Services>;
      },
    });
    const session = new Session<Services>(() => {
      const [near, far] = network.link();
      host.accept(far);
      return near;
    }, options);
    session.serve(services(world)).serveStream(streams(world));

    const work = async (): Promise<void> => {
      const there = [
        numbers(session, 40),
        echo(session, 20),
        leaving(session, 3),
        failing(session),
      ];
      const prefetch = Math.floor(random() * 64);
      there.push(items(session, 300, prefetch), leavingItems(session, prefetch));
      await numbers(session, 1);
      await Promise.all([...there, numbers(back!, 20), echo(back!, 10), leaving(back!, 2)]);
      await items(back!, 100, 0);
      await leaving(session, 0);
    };
    const outcome: { done?: true; error?: unknown } = {};
    work().then(
      () => {
        outcome.done = true;
      },
      (error: unknown) => {
        outcome.error = error;
      },
    );
    await clock.until(() => outcome.done === true || "error" in outcome, 3_600_000);
    expect({ seed, ...outcome }).toEqual({ seed, done: true });
    expect({ seed, ...world }).toMatchObject({ seed, begun: 4, unwound: 4 });

    network.faults = { cut: 0, drop: 0, duplicate: 0, repeat: 0, delay: 1 };
    let closed = false;
    void Promise.all([session.close(), host.close()]).then(() => {
      closed = true;
    });
    await clock.until(() => closed);
    for (const [name, number] of Object.entries(network.counts)) {
      totals[name] = (totals[name] ?? 0) + number;
    }
  }
  console.info(`${seeds.length} seeds: ${JSON.stringify(totals)}`);
});
