/** Far ends that are as near as can be: over a link in memory, with values and errors by reference. */
import type { Client, Reader, Server, Writer } from "coroutine-channels";
import { Session } from "coroutine-channels/link";
import type { SessionOptions } from "coroutine-channels/link";

import { settled } from "../support/settled.ts";
import { microtaskLinks } from "./microtask-link.ts";

const same = (value: unknown): unknown => value;
const byReference: SessionOptions = {
  errors: { encode: same, decode: same },
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

export interface Pair {
  readonly near: Session;
  readonly far: Session;
}

export function pairOver(
  links: readonly [
    ConstructorParameters<typeof Session>[0],
    ConstructorParameters<typeof Session>[0],
  ],
  options?: SessionOptions,
): Pair {
  return { near: new Session(links[0], options), far: new Session(links[1], options) };
}

let services = 0;

/** One pair for all, since a session looks at what comes in only when the turn is over in which it was made. */
const pair = pairOver(microtaskLinks(), { ...byReference, limits: { channels: Infinity } });
while (!pair.near.connected || !pair.far.connected) await settled();

/** The client end of a body on the other side: `produce`, with a session in between. */
export function farService<T, U = void, R = void>(
  body: (server: Server<T, U, R>) => R | PromiseLike<R>,
  options?: { signal?: AbortSignal | undefined; limit?: number | undefined },
): Client<T, U, R> {
  const name = `service ${++services}`;
  pair.far.serve(name, body);
  return pair.near.client<T, U, R>(name, undefined, options);
}

/** The reader of a body on the other side. */
export function farStream<T>(
  body: (writer: Writer<T>) => void | PromiseLike<void>,
  options?: { signal?: AbortSignal | undefined; limit?: number | undefined },
): Reader<T> {
  const name = `service ${++services}`;
  pair.far.serveStream(name, body);
  return pair.near.reader<T>(name, undefined, options);
}
