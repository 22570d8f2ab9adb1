/**
 * A worker thread whose bodies do what the other side tells them: their calls are made here, where the server ends are. Values and
 * errors of the other side are passed on without a look at them.
 */
import { parentPort, workerData } from "node:worker_threads";

import { ChannelClosed, type Server } from "coroutine-channels";
import { Session } from "coroutine-channels/link";
import { portLink, type PortLike } from "coroutine-channels/port";

import { errorRecords } from "../../../../src/link/error-record.ts";
import { deferred } from "../../../support/deferred.ts";
import { settled } from "../../../support/settled.ts";

type End = Server<unknown, unknown, unknown>;

/** A call of a server end. */
export interface Call {
  readonly name: string;
  readonly verb: "next" | "send" | "receive" | "put" | "throw" | "return";
  readonly value?: unknown;
  /** The number by which it can be cancelled. */
  readonly number: number | undefined;
}

/** An error of this side's, by its number. */
export interface Failed {
  readonly number: number;
  readonly record: unknown;
  readonly closed?: Pick<ChannelClosed, "value" | "undelivered" | "cause">;
}

/** What comes of a call, or of a body: an error of this side's is known by its number, and one of the other's is passed on. */
export type Outcome =
  | { readonly gives: unknown }
  | { readonly fails: Failed }
  | { readonly rejects: unknown };

const errors: Error[] = [];

function failed(error: unknown): Outcome {
  if (!(error instanceof Error)) return { rejects: error };
  if (!errors.includes(error)) errors.push(error);
  const record = errorRecords.encode(error);
  const fails: Failed = { number: errors.indexOf(error), record };
  if (!(error instanceof ChannelClosed)) return { fails };
  const { value, undelivered, cause } = error;
  return { fails: { ...fails, closed: { value, undelivered, cause } } };
}

class Puppet {
  readonly begun = deferred<End>();
  readonly over = deferred<unknown>();
}

const puppets = new Map<string, Puppet>();

function puppet(name: string): Puppet {
  const known = puppets.get(name) ?? new Puppet();
  puppets.set(name, known);
  return known;
}

const cancelling = new Map<number, AbortController>();

function controllerOf(call: number): AbortController {
  const known = cancelling.get(call) ?? new AbortController();
  cancelling.set(call, known);
  return known;
}

const settle = async (_server: Server<void>): Promise<void> => {
  await settled();
};

const strings = {
  settle,
  async begun(_: Server<void>, name: string): Promise<void> {
    await puppet(name).begun.promise;
  },
  async left(_: Server<void, void, Outcome>, name: string): Promise<Outcome> {
    const { signal } = await puppet(name).begun.promise;
    await new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener("abort", resolve);
    });
    return failed(signal.reason);
  },
  async call(
    _: Server<void, void, Outcome>,
    { name, verb, value, number }: Call,
  ): Promise<Outcome> {
    const end = await puppet(name).begun.promise;
    const options = number === undefined ? {} : { signal: controllerOf(number).signal };
    const calls: Record<Call["verb"], () => Promise<unknown>> = {
      next: () => end.next(value),
      send: () => end.send(value, options),
      put: () => end.put(value, options),
      receive: () => end.receive(options),
      throw: () => end.throw(value),
      return: () => end.return(value),
    };
    return calls[verb]().then((gives) => ({ gives }), failed);
  },
  async cancel(_: Server<void>, [call, reason]: readonly [number, unknown]): Promise<void> {
    controllerOf(call).abort(reason);
  },
  async end(_: Server<void>, [name, outcome]: readonly [string, Outcome]): Promise<void> {
    const { over } = puppet(name);
    if ("gives" in outcome) over.resolve(outcome.gives);
    else if ("fails" in outcome) over.reject(errors[outcome.fails.number]);
    else over.reject(outcome.rejects);
  },
};

export type Strings = typeof strings;

const bodies = {
  settle,
  body(server: End, name: string): Promise<unknown> {
    const { begun, over } = puppet(name);
    begun.resolve(server);
    return over.promise;
  },
};

export type Bodies = typeof bodies;

const limits = { channels: Infinity };
new Session(portLink(parentPort!), { limits }).serve(strings);
new Session(portLink(workerData as PortLike), {
  limits,
  errors: {
    encode: (error) => (error instanceof Error ? errorRecords.encode(error) : error),
    decode: (error) => error,
  },
}).serve(bodies);
