/** Far ends that are as near as can be: over a link in memory, with values and errors by reference. */
import { Session, type SessionOptions } from "coroutine-channels/link";

import { settled } from "../support/settled.ts";
import { microtaskLinks } from "./microtask-link.ts";
import { startFar } from "./start-far.ts";

const same = (value: unknown): unknown => value;
const options: SessionOptions = {
  errors: { encode: same, decode: same },
  limits: { channels: Infinity },
  // A turn is a microtask, so that all is at rest when no microtask is left.
  clock: {
    now: () => 0,
    random: () => 0.5,
    after(milliseconds, act) {
      let taken = milliseconds === 0;
      if (taken) queueMicrotask(() => taken && act());
      return () => {
        taken = false;
      };
    },
  },
};

/** One pair for all, since a session looks at what comes in only when the turn is over in which it was made. */
const [one, two] = microtaskLinks();
const near = new Session(one, options);
const far = new Session(two, options);
while (!near.connected || !far.connected) await settled();

export const { service: farService, stream: farStream } = startFar(near, far);
