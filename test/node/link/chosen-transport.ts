/** The transport that a test file runs suites of near ends over: see `?over` in `test/support/far-plugin.ts`. */
import type { SessionOptions } from "coroutine-channels/link";

import { byHandle } from "./handle-link.ts";
import type { Pair, Transport } from "./transports.ts";

const same = (value: unknown): unknown => value;

// Taken now, since tests count the timers that they fake.
const { setTimeout, clearTimeout, setImmediate, clearImmediate } = globalThis;
const now = performance.now.bind(performance);

const options: SessionOptions = {
  errors: { encode: same, decode: same },
  limits: { channels: Infinity },
  clock: {
    now,
    random: () => Math.random(),
    after(milliseconds, act) {
      if (milliseconds === 0) {
        const turn = setImmediate(act);
        return () => clearImmediate(turn);
      }
      const timer = setTimeout(act, milliseconds);
      return () => clearTimeout(timer);
    },
  },
};

let choose!: (pair: Pair) => void;

export const chosen: Promise<Pair> = new Promise((resolve) => {
  choose = resolve;
});

/** Chooses the transport, before any suite is loaded. */
export async function chooseTransport(open: Transport): Promise<void> {
  choose(await open(options, byHandle));
}

/** Runs the suites of near ends over a transport: what is known by its identity crosses by reference, and all else is encoded. */
export async function suitesOver(open: Transport): Promise<void> {
  await chooseTransport(open);
  await import("../../link/suites.test.ts?over");
  await import("../../link/differential.test.ts?over");
  await import("../../link/gaps.test.ts?over");
  await import("../../link/spec.test.ts?over");
  await import("../../link/stream-spec.test.ts?over");
  await import("./suites.test.ts?over");
}
