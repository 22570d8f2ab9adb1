/** The programs of `test/differential`, whose bodies run in another thread. */
import { Worker } from "node:worker_threads";

import type { Client } from "coroutine-channels";
import { Session } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";
import { expect, onTestFinished, test } from "vitest";

import { World } from "../../differential/world.ts";
import { byScope } from "../../support/scope.ts";
import { settled } from "../../support/settled.ts";
import type { Deed, Known, Services } from "./programs/program-worker.ts";
import { samePrograms, type StartFar } from "./same-programs.ts";

/** How many frames have crossed, in both directions. */
type Frames = () => number;

/** What surrounds a body in another thread, seen from here. */
class WorldOverThere extends World {
  readonly #frames: Frames;
  readonly #world: Client<Known, Deed>;
  #waits = false;

  constructor(stamped: boolean, world: Client<Known, Deed>, frames: Frames) {
    super(stamped);
    this.#world = world;
    this.#frames = frames;
  }

  override get waits(): boolean {
    return super.waits || this.#waits;
  }

  override release(): void {
    super.release();
    void this.#do({ is: "release" });
  }

  /**
   * Frames stay in order: when the answer has come, all that was sent before has arrived, there and here. If nothing but
   * question and answer has crossed, both sides are at rest.
   */
  override async rest(): Promise<void> {
    let others: number;
    do {
      const before = this.#frames();
      await this.#do({ is: "settle" });
      await settled();
      others = this.#frames() - before - 2;
    } while (others > 0);
    const { seen, waits } = await this.#do({ is: "next round" });
    this.seen.splice(0, Infinity, ...seen);
    this.#waits = waits;
    await super.rest();
  }

  #do(deed: Deed): Promise<Known> {
    return this.#world.send(deed);
  }
}

function inWorker(): StartFar {
  const thread = new Worker(new URL("programs/program-worker.ts", import.meta.url), {
    execArgv: ["--import", new URL("../use-source.mjs", import.meta.url).href],
  });
  let frames = 0;
  const session = new Session<Services>(portLink(thread), {
    observe: ({ type }) => {
      if (type === "sent" || type === "received") frames++;
    },
  });
  onTestFinished(async () => {
    await session.close();
    await thread.terminate();
  });
  const world = session.client("world");
  return async (body, stamped) => {
    await world.send({ is: "begin", stamped });
    return {
      client: session.client("program", body),
      world: new WorldOverThere(stamped, world, () => frames),
    };
  };
}

test("bodies in a worker are generators", async () => {
  const calls = await samePrograms(inWorker(), byScope({ part: 20, usual: 60, long: 5000 }));
  console.info(`${calls} calls compared`);
  expect(calls).toBeGreaterThan(0);
});
