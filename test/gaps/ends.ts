/** The acts of the two ends of a channel, for the gap law. Items go down in lane 0, and up in lane 1. */
import type { ChannelEnd, Client, Server } from "coroutine-channels";

import type { Run } from "./run.ts";

type Act = () => boolean | void;
type AnyEnd = ChannelEnd<unknown, unknown, unknown>;

/** The acts of a client: what it says is in lane `up`. */
export function clientActs(
  run: Run,
  client: Client<unknown, unknown, unknown>,
  { who = "client", up = 1 } = {},
): Record<"ask" | "receive" | "say" | "leave" | "throw", Act> {
  return {
    ask: () => run.watch(`${who}.next()`, client.next(), { who, takes }),
    receive() {
      const options = run.options();
      const call = client.receive(options);
      run.watch(`${who}.receive()`, call, { who, ...options, takes: one });
    },
    say() {
      const options = run.options();
      const call = client.send(run.item(up), options);
      run.watch(`${who}.send()`, call, { who, ...options, takes: one });
    },
    leave: () => run.watch(`${who}.return()`, client.return(undefined), { who, takes }),
    throw() {
      // The answer of a cancelled `send` is dropped, be it an error; and the error of a server that
      // has not heard the client's answers it.
      const error = run.error("the client's error", {
        optional: () =>
          run.cancelled || run.threw("the server's error") || run.threw("the body's error"),
      });
      run.watch(`${who}.throw()`, client.throw(error), { who, takes });
    },
  };
}

/** The acts of a server end, as soon as there is one: what it sends is in lane `down`. */
export function serverActs(
  run: Run,
  server: () => Server<unknown, unknown, unknown> | undefined,
  { down = 0 } = {},
): Record<"give" | "put" | "hear" | "end" | "fail", Act> {
  const who = "server";
  const act = (make: (server: AnyEnd) => void) => () => {
    const end = server();
    if (end !== undefined) make(end);
    return end !== undefined;
  };
  return {
    give: act((end) => {
      const gives = run.item(down);
      const options = run.options();
      run.watch("server.send()", end.send(gives, options), { who, ...options, gives, takes: one });
    }),
    put: act((end) => {
      const gives = run.item(down);
      const options = run.options();
      run.watch("server.put()", end.put(gives, options), { who, ...options, gives, strict: true });
    }),
    hear: act((end) => {
      const options = run.options();
      run.watch("server.receive()", end.receive(options), { who, ...options, takes: one });
    }),
    end: act((end) => run.watch("server.return()", end.return(undefined), { who })),
    fail: act((end) => {
      const call = end.throw(run.error("the server's error"));
      run.watch("server.throw()", call, { who });
    }),
  };
}

/** A body that is ended by the acts `end` and `fail`. */
export class Body {
  readonly #ended: Promise<void>;
  readonly acts: Record<"end" | "fail", Act>;

  /** @param clients How many are told if it fails. */
  constructor(run: Run, clients = 1) {
    let resolve: () => void;
    let reject: (error: unknown) => void;
    this.#ended = new Promise((...both) => ([resolve, reject] = both));
    let over = false;
    const once = (end: () => void) => () => {
      if (over || !this.runs) return false;
      over = true;
      return void end();
    };
    this.acts = {
      end: once(() => resolve()),
      fail: once(() => reject(run.error("the body's error", { most: clients }))),
    };
  }

  runs = false;

  run(): Promise<void> {
    this.runs = true;
    return this.#ended;
  }
}

/** What brings something, and is no `undefined`, which the calls bring that only ask. */
const one = (value: unknown): unknown[] => (value === undefined ? [] : [value]);
const takes = ({ value, done }: IteratorResult<unknown, unknown>): unknown[] =>
  done === true ? [] : one(value);
