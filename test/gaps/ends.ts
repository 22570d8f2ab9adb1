/** The acts of the two ends of a channel, for the gap law. Items go down in lane 0, and up in lane 1. */
import type { ChannelEnd, Client, Server } from "coroutine-channels";

import type { Run } from "./run.ts";

type Act = () => boolean | void;
type AnyEnd = ChannelEnd<unknown, unknown, unknown>;

/** The acts of a client that says nothing: `ask`, `leave`, `throw`. */
export function clientActs(
  run: Run,
  client: Client<unknown, unknown, unknown>,
): Record<"ask" | "receive" | "leave" | "throw", Act> {
  return {
    ask: () => run.watch("client.next()", client.next(), { takes }),
    receive() {
      const options = run.options();
      const call = client.receive(options);
      run.watch("client.receive()", call, { ...options, takes: one });
    },
    leave: () => run.watch("client.return()", client.return(undefined), { takes }),
    throw: () =>
      run.watch("client.throw()", client.throw(run.error("the client's error")), { takes }),
  };
}

/** The acts of a server end, as soon as there is one: `give`, `put`, `end`, `fail`. */
export function serverActs(
  run: Run,
  server: () => Server<unknown, unknown, unknown> | undefined,
): Record<"give" | "put" | "end" | "fail", Act> {
  const who = "server";
  const act = (make: (server: AnyEnd) => void) => () => {
    const end = server();
    if (end !== undefined) make(end);
    return end !== undefined;
  };
  return {
    give: act((end) => {
      const gives = run.item();
      const options = run.options();
      run.watch("server.send()", end.send(gives, options), { who, ...options, gives });
    }),
    put: act((end) => {
      const gives = run.item();
      const options = run.options();
      run.watch("server.put()", end.put(gives, options), { who, ...options, gives, strict: true });
    }),
    end: act((end) => run.watch("server.return()", end.return(undefined), { who })),
    fail: act((end) =>
      run.watch("server.throw()", end.throw(run.error("the server's error")), { who }),
    ),
  };
}

const takes = ({ value, done }: IteratorResult<unknown, unknown>): unknown[] =>
  done === true ? [] : [value];
const one = (value: unknown): unknown[] => [value];
