/** Bodies that run here, while all their calls are made in a worker thread, where their server ends are. */
import { MessageChannel, Worker } from "node:worker_threads";

import { ChannelClosed, type Client, type Server } from "coroutine-channels";
import { type Link, Session, type SessionOptions } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";

import { errorRecords } from "../../../src/link/error-record.ts";
import { settled } from "../../support/settled.ts";
import { fromHandle, toHandle } from "./handle-link.ts";
import type { Bodies, Call, Outcome, Strings } from "./programs/puppet-worker.ts";
import type { Pair } from "./transports.ts";

type End = Server<unknown, unknown, unknown>;
type Options = { readonly signal?: AbortSignal | undefined };
type ClientOptions = Options & { readonly limit?: number | undefined };

/** The worker's errors, and their numbers there. */
const errors: Error[] = [];
const numbers = new WeakMap<object, number>();

function errorOf(outcome: Exclude<Outcome, { gives: unknown }>): unknown {
  if ("rejects" in outcome) return fromHandle(outcome.rejects);
  const { number, record, closed } = outcome.fails;
  const { message } = record as Error;
  errors[number] ??= closed
    ? Object.assign(
        new ChannelClosed({
          value: fromHandle(closed.value),
          undelivered: closed.undelivered,
          cause: fromHandle(closed.cause),
        }),
        { message },
      )
    : (errorRecords.decode(record) as Error);
  numbers.set(errors[number], number);
  return errors[number];
}

/** How many calls have been made that can be cancelled. */
let calls = 0;

/** A server end in the worker. */
class EndOverThere implements End {
  readonly #name: string;
  readonly #strings: Session<Strings>;
  readonly #controller = new AbortController();

  constructor(name: string, strings: Session<Strings>) {
    this.#name = name;
    this.#strings = strings;
    void this.#told(strings.client("left", name)).catch((error: unknown) =>
      this.#controller.abort(error),
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  next(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    return this.#result("next", value);
  }

  throw(error: unknown): Promise<IteratorResult<unknown, unknown>> {
    return this.#result("throw", error);
  }

  return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    return this.#result("return", value);
  }

  async send(value: unknown, options?: Options): Promise<unknown> {
    return fromHandle(await this.#call("send", value, options));
  }

  async put(value: unknown, options?: Options): Promise<void> {
    await this.#call("put", value, options);
  }

  async receive(options?: Options): Promise<unknown> {
    return fromHandle(await this.#call("receive", undefined, options));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #call(verb: Call["verb"], value: unknown, { signal }: Options = {}): Promise<unknown> {
    const strings = this.#strings;
    const number = signal && ++calls;
    const cancel = (): void =>
      void strings.client("cancel", [number!, toHandle(signal!.reason)]).next();
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel);
    const call: Call = { name: this.#name, verb, value: toHandle(value), number };
    const told = this.#told(strings.client("call", call));
    const settle = (): void => signal?.removeEventListener("abort", cancel);
    told.then(settle, settle);
    return told;
  }

  async #result(verb: Call["verb"], given: unknown): Promise<IteratorResult<unknown, unknown>> {
    const { value, done } = (await this.#call(verb, given)) as IteratorResult<unknown, unknown>;
    return { value: fromHandle(value), done: done ?? false };
  }

  async #told(client: Client<void, void, Outcome>): Promise<unknown> {
    const outcome = (await client.next()).value as Outcome;
    if ("gives" in outcome) return outcome.gives;
    throw errorOf(outcome);
  }
}

function outcomeOf(error: unknown): Outcome {
  const number = typeof error === "object" && error !== null ? numbers.get(error) : undefined;
  return number === undefined
    ? { rejects: toHandle(error) }
    : { fails: { number, record: undefined } };
}

/** Counts the frames that cross, and waits until none does any more. */
class Frames {
  #crossed = 0;
  #rested: Promise<void> = Promise.resolve();

  readonly options: SessionOptions = {
    observe: ({ type }) => {
      if (type === "sent" || type === "received") this.#crossed++;
    },
  };

  /**
   * Frames stay in order: when the answers have come, all that was sent before has arrived, there and here. If nothing but
   * questions and answers has crossed, both sides are at rest.
   */
  rest(sessions: readonly [Session<Strings>, Session<Bodies>]): Promise<void> {
    // One after another: the questions of two at a time would keep each other going.
    return (this.#rested = this.#rested.then(() => this.#rest(sessions)));
  }

  async #rest(sessions: readonly [Session<Strings>, Session<Bodies>]): Promise<void> {
    let others: number;
    do {
      const before = this.#crossed;
      const [strings, bodies] = sessions;
      await Promise.all([strings.client("settle").next(), bodies.client("settle").next()]);
      await settled();
      others = this.#crossed - before - 2 * sessions.length;
    } while (others > 0);
  }
}

/** Opens a pair, whose far side is in a worker thread, and serves no streams. */
export async function inWorker(
  options: SessionOptions = {},
  through: (link: Link) => Link = (link) => link,
): Promise<Pair> {
  const frames = new Frames();
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(new URL("programs/puppet-worker.ts", import.meta.url), {
    execArgv: ["--import", new URL("../use-source.mjs", import.meta.url).href],
    workerData: port2,
    transferList: [port2],
  });
  const strings = new Session<Strings>(portLink(thread), frames.options);
  const bodies = new Session<Bodies>(through(portLink(port1)), {
    ...options,
    ...frames.options,
    errors: { encode: (error) => error, decode: decodeError },
  });
  const sessions = [strings, bodies] as const;
  const run = async (name: string, body: (end: End) => unknown): Promise<void> => {
    await strings.client("begun", name).next();
    const outcome = await Promise.resolve(new EndOverThere(name, strings))
      .then(body)
      .then((gives): Outcome => ({ gives: toHandle(gives) }), outcomeOf);
    await strings.client("end", [name, outcome]).next();
  };
  const near = {
    client: (name: string, _: unknown, clientOptions: ClientOptions) =>
      bodies.client("body", name, clientOptions),
  };
  const far = { serve: (name: string, body: (end: End) => unknown) => void run(name, body) };
  return {
    near: near as unknown as Session,
    far: far as unknown as Session,
    rest: () => frames.rest(sessions),
    async close() {
      await Promise.all(sessions.map((session) => session.close()));
      await thread.terminate();
    },
  };
}

/** An error of this side's comes back as it is, and one of the worker's as a record. */
function decodeError(error: unknown): unknown {
  const isRecord = typeof error === "object" && error !== null && !(error instanceof Error);
  return isRecord && "message" in error ? errorRecords.decode(error) : error;
}
