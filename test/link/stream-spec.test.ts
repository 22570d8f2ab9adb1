/** The sequences of a stream's calls of `test/spec`, with the two ends on the two sides of a session. */
import type { ChannelOptions, Writer } from "coroutine-channels";
import { expect, test } from "vitest";

import { summary } from "../spec/compare.ts";
import { sequences, type StreamCase, type StreamStep } from "../spec/stream-calls.ts";
import { compareStreams, type StreamSubject } from "../spec/stream-compare.ts";
import { byScope } from "../support/scope.ts";
import { farStream } from "./by-reference.ts";

/** A stream whose body is on the other side. */
function create(options: ChannelOptions): StreamSubject {
  let body!: (writer: Writer<unknown>) => void | PromiseLike<void>;
  const reader = farStream<unknown>((writer) => body(writer), options);
  return {
    client: () => reader,
    server: () => expect.unreachable("the body is on the other side"),
    serve(served) {
      body = served;
      return Promise.resolve();
    },
  };
}

/**
 * A reader leaves once: of several leaves in a row, a far body may hear only the first. And where a put has let the body go on,
 * an error of the reader's crosses the body's, or goes before a leave: then one of the two is heard (F3).
 */
function* served(alphabet: readonly StreamStep[], length: number): Generator<StreamCase> {
  const start: StreamStep[] = ["open", "r.next"];
  for (const one of sequences({ alphabet, start, length, scoped: true, cancels: "none" })) {
    const count = (step: StreamStep): number => one.sequence.filter((each) => each === step).length;
    const [leaves, ends] = [count("r.return"), count("body.throw")];
    const crosses = count("w.put") > 0 && count("r.throw") > 0 && leaves + ends > 0;
    if (leaves < 2 && !crosses) yield one;
  }
}

const writes: StreamStep[] = ["w.send", "w.put", "w.array", "w.empty"];
const body: StreamStep[] = ["body.return", "body.throw", "body.unwind"];

test.each([
  ["items", ["r.next", "r.read(2)", "r.read", ...writes], byScope({ part: 5, usual: 6, long: 7 })],
  [
    "endings",
    ["r.next", "r.throw", "r.return", "w.send", "w.put", ...body],
    byScope({ part: 5, usual: 6, long: 7 }),
  ],
  [
    "abort",
    ["r.next", "r.return", "w.send", "abort", "body.unwind"],
    byScope({ part: 5, usual: 6, long: 7 }),
  ],
] as const)("%s", async (name, alphabet, length) => {
  const result = await compareStreams(served(alphabet, length), { create });
  console.info(`${name}: ${result.compared} sequences compared`);
  if (result.failures.size > 0) expect.fail(summary(result));
});
