import { cancelOnAbort } from "./abort.ts";
import { createCall, OPEN, RETURN, SERVER, THROW } from "./call.ts";
import type { Life } from "./life.ts";
import type { AbortSignal } from "./platform.ts";
import { Failure, promiseOf } from "./settle.ts";

/** Makes the server end of a channel. */
export type CreateEnd<L, S> = (life: L) => S;

/** A channel of any kind, as those who serve several need it. */
export interface Servable {
  readonly life: Life;
  createEnd(): unknown;
}

const key = Symbol("serving");

interface Keyed<C> {
  [key]?: (channel: C) => Servable;
}

/** Makes what a class creates able to be served together with others. */
export function makeServable<C>(prototype: C, how: (channel: C) => Servable): void {
  (prototype as Keyed<C>)[key] = how;
}

/** How to serve a channel, if it is one of ours. */
export function servableOf(channel: unknown): Servable | undefined {
  return (channel as Keyed<unknown> | undefined | null)?.[key]?.(channel);
}

/** Opens the server end, once the client has asked for something. */
export function open<L extends Life, S>(
  life: L,
  createEnd: CreateEnd<L, S>,
  signal: AbortSignal | undefined,
  scoped: boolean,
): Promise<S> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (!life.closed) {
    if (life.served) return Promise.reject(servedAlready(life.name));
    life.scoped = scoped;
  }
  const opening = createCall(SERVER, OPEN, undefined);
  const opened = promiseOf<S>(opening);
  const { settle } = opening;
  opening.settle = (outcome) => settle(outcome instanceof Failure ? outcome : createEnd(life));
  if (signal === undefined || cancelOnAbort(opening, signal, (reason) => life.giveUp(reason))) {
    life.open(opening);
  }
  return opened;
}

/** Opens the server end, runs a body with it, and closes it as the body ends. */
export function serve<L extends Life, S, R>(
  life: L,
  createEnd: CreateEnd<L, S>,
  body: (server: S) => R | PromiseLike<R>,
  signal: AbortSignal | undefined,
): Promise<R | undefined> {
  const serving = run(life, createEnd, body, signal, () => {
    serving.catch(() => {});
  });
  return serving;
}

/** @param toldElsewhere Is called when the error that it rejects with has been told to the client, too. */
async function run<L extends Life, S, R>(
  life: L,
  createEnd: CreateEnd<L, S>,
  body: (server: S) => R | PromiseLike<R>,
  signal: AbortSignal | undefined,
  toldElsewhere: () => void,
): Promise<R | undefined> {
  assertBody(body);
  let server: S;
  try {
    server = await open(life, createEnd, signal, true);
  } catch (error) {
    if (life.departure(error) !== undefined) return undefined;
    if (life.isCause(error)) toldElsewhere();
    throw error;
  }
  try {
    const result = await life.run(body, server);
    refuseGenerator(result);
    life.close(RETURN, result);
    return result;
  } catch (error) {
    const departure = life.departure(error);
    if (departure !== undefined) {
      life.close(RETURN, departure.value);
      return undefined;
    }
    if (life.close(THROW, error) || life.isCause(error)) toldElsewhere();
    throw error;
  }
}

/** @throws `TypeError` for what cannot be called. */
export function assertBody(body: unknown): void {
  if (typeof body !== "function") {
    throw new TypeError(
      `A body is a function, async (server) => ..., and not of type ${typeof body}`,
    );
  }
}

/** @throws `TypeError` for what a generator function returns, since its code has not run at all. */
export function refuseGenerator(result: unknown): void {
  const { [Symbol.asyncIterator]: iterate } = (result ?? {}) as {
    [Symbol.asyncIterator]?: unknown;
  };
  if (typeof iterate === "function") {
    throw new TypeError(
      "A body is no generator: write `async (server) => ...`, and `await server.send(x)` for `yield x`",
    );
  }
}

/** The error for a channel that has its server end. */
export function servedAlready(name: string | undefined): TypeError {
  const channel = name === undefined ? "The channel" : `"${name}"`;
  return new TypeError(`${channel} is served already: pass on its server end, or create another`);
}
