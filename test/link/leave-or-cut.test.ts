/**
 * A leave is not a cut. Within the grace, no body is told of a cut, and a leave that is made during one arrives; beyond it,
 * every body is told, once. A seed that fails fails again: `FAR_SEED=17 npx vitest run test/link/leave-or-cut`.
 */
import type { ChannelClosed, Client, Reader, Server, Writer } from "coroutine-channels";
import { Host, LinkClosed, Session } from "coroutine-channels/link";
import { expect, test } from "vitest";

import { byScope } from "../support/scope.ts";
import { DrivenClock, seeded } from "./driven-clock.ts";
import { FaultyNetwork } from "./faulty-link.ts";

const { process } = globalThis as { process?: { env: Record<string, string | undefined> } };
const only = process?.env["FAR_SEED"];
const count = byScope({ part: 10, usual: 50, long: 1000 });
const seeds = only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)];

const grace = 30_000;

/** How often a body's signal has aborted; its call was told that its client left, or was lost; it has unwound. */
interface Told {
  aborted: number;
  left: number;
  lost: number;
  unwound: number;
}

/** One conversation, as its client sees it. */
interface Talk {
  readonly end: Client<number> | Reader<number>;
  readonly told: Told;
  next: number;
  gone: boolean;
}

class World {
  readonly clock: DrivenClock;
  readonly random: () => number;
  readonly network: FaultyNetwork;
  readonly host: Host;
  readonly session: Session;
  readonly talks: Talk[] = [];
  parted = false;
  leavesDuringCuts = 0;

  constructor(seed: number) {
    this.random = seeded(seed);
    this.clock = new DrivenClock(this.random);
    const faults = { cut: 0, duplicate: 0, drop: 0, repeat: 0, delay: 20 };
    this.network = new FaultyNetwork(this.clock, this.random, faults);
    const options = { clock: this.clock, grace };
    const body = async (end: Server<number> | Writer<number>, which: number): Promise<void> => {
      const { told } = this.talks[which]!;
      end.signal.addEventListener("abort", () => told.aborted++);
      try {
        for (let i = 0; ; i++) await end.send(i);
      } catch (error) {
        told[(error as ChannelClosed).cause instanceof LinkClosed ? "lost" : "left"]++;
      } finally {
        told.unwound++;
      }
    };
    this.host = new Host({
      ...options,
      open: (session) => session.serve<number>("channel", body).serveStream<number>("stream", body),
    });
    this.session = new Session(() => {
      if (this.parted) throw new Error("parted");
      const [near, far] = this.network.link();
      this.host.accept(far);
      return near;
    }, options);
  }

  int(below: number): number {
    return Math.floor(this.random() * below);
  }

  /** Lets time pass until this has come. */
  async come<T>(promise: Promise<T>): Promise<T> {
    let here = false;
    const arrived = (): void => {
      here = true;
    };
    promise.then(arrived, arrived);
    await this.clock.until(() => here);
    return promise;
  }

  /** Opens a conversation, which may be cut under way. */
  open(): void {
    const which = this.talks.length;
    const end =
      this.random() < 0.5
        ? this.session.client<number>("channel", which)
        : this.session.reader<number>("stream", which, { prefetch: this.int(8) });
    this.talks.push({
      end,
      told: { aborted: 0, left: 0, lost: 0, unwound: 0 },
      next: 0,
      gone: false,
    });
  }

  /** The next item of a conversation that has not been left. */
  async receive(talk: Talk): Promise<void> {
    const { value, done } = await this.come(talk.end.next());
    if (done || value !== talk.next++) throw new Error(`${String(value)} came instead`);
  }

  leave(talk: Talk): Promise<unknown> {
    talk.gone = true;
    if (this.parted) this.leavesDuringCuts++;
    return talk.end.return();
  }

  part(): void {
    this.parted = true;
    this.network.current!.cut();
  }

  /** The bodies that have been told anything though their clients are there, or anything twice. */
  get mistaken(): Talk[] {
    return this.talks.filter(
      ({ told, gone }) =>
        told.lost > 0 || told.aborted > (gone ? 1 : 0) || told.unwound > told.aborted,
    );
  }
}

test("a cut aborts no body within the grace, and a leave made during one arrives", async () => {
  const totals = { talks: 0, cuts: 0, leavesDuringCuts: 0, left: 0, lost: 0 };
  for (const seed of seeds) {
    const world = new World(seed);
    const { talks, clock } = world;
    for (let i = 2 + world.int(4); i > 0; i--) world.open();
    for (const talk of talks) await world.receive(talk);
    const leaves: Promise<unknown>[] = [];
    for (let rounds = 3 + world.int(3); rounds > 0; rounds--) {
      for (const talk of talks) if (!talk.gone && world.random() < 0.5) await world.receive(talk);
      const [leaving] = talks.filter(({ gone }) => !gone && world.random() < 0.2);
      // Some leave just before the cut, so that the leave is under way.
      if (leaving !== undefined && world.random() < 0.5) leaves.push(world.leave(leaving));
      world.part();
      totals.cuts++;
      await clock.pass(world.int(grace / 2));
      expect({ seed, mistaken: world.mistaken }).toEqual({ seed, mistaken: [] });
      for (const talk of talks) {
        if (!talk.gone && world.random() < 0.15) leaves.push(world.leave(talk));
      }
      // What is left of the grace is enough to find each other again, by attempts 5 s apart.
      await clock.pass(world.int(grace / 4));
      expect({ seed, mistaken: world.mistaken }).toEqual({ seed, mistaken: [] });
      world.parted = false;
      await clock.until(() => world.session.connected);
    }
    expect(await world.come(Promise.all(leaves))).toEqual(
      leaves.map(() => ({ value: undefined, done: true })),
    );
    for (const talk of talks) if (!talk.gone) await world.receive(talk);
    for (const { told, gone } of talks) {
      const once = gone ? 1 : 0;
      expect({ seed, ...told }).toEqual({
        seed,
        aborted: once,
        left: once,
        lost: 0,
        unwound: once,
      });
    }

    // Parted for longer than the grace: those that are still there are told, once.
    world.part();
    await clock.until(() => talks.every(({ told }) => told.unwound === 1));
    for (const { told, gone } of talks) {
      const once = gone ? 1 : 0;
      expect({ seed, ...told }).toEqual({
        seed,
        aborted: 1,
        left: once,
        lost: 1 - once,
        unwound: 1,
      });
      totals.left += told.left;
      totals.lost += told.lost;
    }
    totals.talks += talks.length;
    totals.leavesDuringCuts += world.leavesDuringCuts;
  }
  console.info(`${seeds.length} seeds: ${JSON.stringify(totals)}`);
  expect(totals.leavesDuringCuts).toBeGreaterThan(0);
  expect(totals.lost).toBeGreaterThan(0);
});
