/** Far ends that are as near as can be: over a link in memory, with values and errors by reference. */
import type { Client, Server } from "coroutine-channels";
import { Session } from "coroutine-channels/link";
import type { SessionOptions } from "coroutine-channels/link";

import { settled } from "../support/settled.ts";
import { microtaskLinks } from "./microtask-link.ts";

const same = (value: unknown): unknown => value;
const byReference: SessionOptions = { errors: { encode: same, decode: same } };

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
await new Promise((resolve) => setTimeout(resolve));

/** The client end of a body on the other side: `produce`, with a session in between. */
export function farService<T, U = void, R = void>(
  body: (server: Server<T, U, R>) => R | PromiseLike<R>,
  options?: { signal?: AbortSignal | undefined; limit?: number | undefined },
): Client<T, U, R> {
  const name = `service ${++services}`;
  pair.far.serve(name, body);
  return pair.near.client<T, U, R>(name, undefined, options);
}
