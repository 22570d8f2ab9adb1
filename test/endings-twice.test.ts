/** Endings are idempotent: of any three of them, in any order, the first one wins. */
import { Channel, type Client, type Server } from "coroutine-channels";
import { expect, test } from "vitest";

import { closed, done, outcome, type Outcome, waiting } from "./support/outcome.ts";
import { dispose } from "./support/dispose.ts";

interface Ends {
  readonly client: Client<number, number, unknown>;
  readonly server: Server<number, number, unknown>;
  readonly controller: AbortController;
}

interface Ending {
  readonly name: string;
  end(ends: Ends): PromiseLike<unknown>;
  /** What it gives as the first one, and later. */
  readonly first: Outcome;
  readonly later: Outcome;
  /** What the client's waiting `next` gets when it is the first one. */
  readonly request: Outcome;
  /** What the server's later `send` gets when it is the first one. */
  readonly sent: Outcome;
  /** Whether the server is told of it as by a question, which a later ending of its own is not. */
  readonly asked?: true;
}

const [error, reason] = [Symbol("error"), Symbol("reason")];
const nothing: Outcome = { gives: undefined };

const endings: Ending[] = [
  {
    name: "server.return",
    end: ({ server }) => server.return("r"),
    first: done("r"),
    later: done("r"),
    request: done("r"),
    sent: closed(undefined, true),
  },
  {
    name: "server.throw",
    end: ({ server }) => server.throw(error),
    first: done(),
    later: { rejects: error },
    request: { rejects: error },
    sent: closed(undefined, true, error),
  },
  {
    name: "server disposal",
    end: ({ server }) => dispose(server),
    first: nothing,
    later: nothing,
    request: done(),
    sent: closed(undefined, true),
  },
  {
    name: "client.return",
    end: ({ client }) => client.return("v"),
    first: done("v"),
    later: done("v"),
    request: done(),
    sent: closed("v", true),
  },
  {
    name: "client disposal",
    end: ({ client }) => dispose(client),
    first: nothing,
    later: nothing,
    request: done(),
    sent: closed(undefined, true),
  },
  {
    name: "abort",
    end: async ({ controller }) => controller.abort(reason),
    first: nothing,
    later: nothing,
    request: { rejects: reason },
    sent: { rejects: reason },
    asked: true,
  },
];

const triples = endings.flatMap((one) =>
  endings.flatMap((two) =>
    endings.map(
      (three) => [[one, two, three].map(({ name }) => name).join(", "), one, two, three] as const,
    ),
  ),
);

async function open(): Promise<Ends & { request: Promise<unknown> }> {
  const controller = new AbortController();
  const channel = new Channel<number, number, unknown>({ signal: controller.signal });
  const client = channel.client();
  const request = waiting(client.next());
  return { client, server: await channel.server(), controller, request };
}

test.each(triples)("%s: the first one wins", async (_, one, two, three) => {
  const ends = await open();
  expect(await outcome(one.end(ends))).toEqual(one.first);
  expect(await outcome(two.end(ends))).toEqual(two.later);
  expect(await outcome(three.end(ends))).toEqual(three.later);
  expect(await outcome(ends.request)).toEqual(one.request);
  const leftBefore = one.asked && [two, three].some(({ name }) => name.startsWith("server"));
  const sent = leftBefore ? closed(undefined, true, reason) : one.sent;
  expect(await outcome(ends.server.send(1))).toEqual(sent);
  expect(await outcome(ends.client.next())).toEqual(done());
  expect(await outcome(ends.client.throw(error))).toEqual({ rejects: error });
});

test.each(triples)(
  "@endo/stream, medium, ts-chan: %s: nobody is left waiting",
  async (_, one, two, three) => {
    const ends = await open();
    const sending = waiting(ends.server.send(1));
    await ends.request;
    const calls = [one, two, three].map((ending) => waiting(ending.end(ends)));
    calls.push(waiting(ends.client.next()), sending);
    for (const call of calls) expect(await outcome(call)).not.toBe("waits");
  },
);
