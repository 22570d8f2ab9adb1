/**
 * The sequences of calls of `test/spec`, with the two ends on the two sides of a session: what each call of either end comes
 * to is what the model of a near channel says.
 */
import type { ChannelOptions, Client, Server } from "coroutine-channels";
import { expect, test } from "vitest";

import { type Case, sequences, type Step } from "../spec/calls.ts";
import { compareAll, type Subject, summary } from "../spec/compare.ts";
import { byScope } from "../support/scope.ts";
import { farService } from "./by-reference.ts";

type AnyServer = Server<unknown, unknown, unknown>;

/** A channel whose body is on the other side. */
class FarChannel {
  readonly closed = false;
  readonly #client: Client<unknown, unknown, unknown>;
  #body!: (server: AnyServer) => unknown;

  constructor({ signal, limit }: ChannelOptions) {
    this.#client = farService((server) => this.#body(server), { signal, limit });
  }

  client(): Client<unknown, unknown, unknown> {
    return this.#client;
  }

  server(): never {
    throw new Error("the body is on the other side");
  }

  serve(body: (server: AnyServer) => unknown): Promise<undefined> {
    this.#body = body;
    return Promise.resolve(undefined);
  }
}

const create = (options: ChannelOptions): Subject => ({
  channel: new FarChannel(options),
  endsOnly: true,
});

/**
 * Those of a scope that begin by serving, as far services do. A client leaves once: of several leaves in a row, a far body that
 * has not heard of any is told the first, and a near one the last (F3).
 */
function* served(alphabet: readonly Step[], length: number): Generator<Case> {
  for (const one of sequences({ alphabet, length, scoped: true, cancels: "none" })) {
    const leaves = one.sequence.filter((step) => step === "c.return");
    if (one.sequence[0] === "open" && leaves.length < 2) yield one;
  }
}

const client: Step[] = ["c.next", "c.answer", "c.send", "c.receive"];
const server: Step[] = ["s.next", "s.send", "s.receive"];
const ends: Step[] = ["body.return", "body.throw", "body.unwind"];

test.each([
  ["a conversation", ["open", ...client, ...server], byScope({ part: 5, usual: 6, long: 7 })],
  [
    "endings",
    ["open", "c.next", "c.throw", "c.return", "s.send", "s.receive", ...ends],
    byScope({ part: 5, usual: 6, long: 7 }),
  ],
  // A client's `put` settles when its own side has taken it (F7), and is left out.
  [
    "puts",
    ["open", "c.next", "c.send", "s.put", "s.send", "s.receive"],
    byScope({ part: 5, usual: 6, long: 7 }),
  ],
  // A body that ends while nobody waits is heard of by the next request (F2), and so not before an abort.
  [
    "abort",
    ["open", "c.next", "c.return", "s.send", "s.receive", "abort", "body.unwind"],
    byScope({ part: 5, usual: 6, long: 7 }),
  ],
] as const)("%s", async (_name, alphabet, length) => {
  const result = await compareAll(served(alphabet, length), { create });
  console.info(`${result.compared} sequences compared`);
  expect(result.failures.size === 0 ? "" : summary(result)).toBe("");
});
