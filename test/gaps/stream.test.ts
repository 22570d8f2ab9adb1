/** The ends of a stream, held to the gap law. */
import { type Reader, StreamChannel, type Writer } from "coroutine-channels";

import { type Acts, gapLaw } from "./law.ts";
import type { Run } from "./run.ts";
import { asyncSources, consumer, type Source, syncSources } from "./sources.ts";

const both = ["client", "server"];
/** Of the sources in lane 0; what is sent, comes in lane 1. */
const LANE = 1;

function readerActs(run: Run, reader: Reader<unknown>): Acts {
  let lent: Iterator<unknown> | undefined;
  const pull = (): void => {
    const result = lent?.next();
    if (result?.done === false) run.pulled(result.value);
  };
  const read = (count: number) => () => {
    const options = run.options();
    const takes = (items: unknown[]): unknown[] => items;
    run.watch(`read(${count})`, () => reader.read(count, options), { ...options, takes });
  };
  return {
    ...consumer(run, reader),
    read: read(3),
    receive() {
      const options = run.options();
      // Where other calls wait behind, its one item has been taken already.
      const takes = (iterator: Iterator<unknown>): void => {
        lent = iterator;
        pull();
      };
      run.watch("receive()", () => reader.receive(options), { ...options, takes });
    },
    pull,
    // More than there is, but for sources without an end.
    take: read(12),
  };
}

function writerActs(run: Run, writer: () => Writer<unknown> | undefined, source: Source): Acts {
  const who = "server";
  let written = false;
  const act = (make: (writer: Writer<unknown>) => void) => () => {
    const now = writer();
    if (now !== undefined) make(now);
    return now !== undefined;
  };
  const write = (now: Writer<unknown>): void => {
    const options = run.options();
    run.watch("write()", () => now.write(source, options), { who, ...options, lane: 0 });
  };
  return {
    give: act((now) => {
      const options = run.options();
      const gives = run.item(LANE);
      run.watch("send()", () => now.send(gives, options), { who, ...options, gives });
    }),
    put: act((now) => {
      const options = run.options();
      const gives = run.item(LANE);
      run.watch("put()", () => now.put(gives, options), { who, ...options, gives, strict: true });
    }),
    write() {
      if (written || !act((now) => write(now))()) return false;
      return (written = true);
    },
    end: act((now) => run.watch("writer.return()", now.return(), { who })),
    fail: act((now) => {
      const error = run.error("the writer's error");
      run.watch("writer.throw()", now.throw(error), { who });
    }),
  };
}

function bare(run: Run, source: Source): Acts {
  const channel = new StreamChannel<unknown>({ signal: run.signal });
  let writer: Writer<unknown> | undefined;
  const opened = channel.server().then((end) => void (writer = end));
  run.watch("server()", opened, { who: "server" });
  const { abort, abortCall } = run;
  const acts: Acts = {
    ...readerActs(run, channel.client()),
    ...writerActs(run, () => writer, source),
    abort,
    abortCall,
  };
  return acts;
}

/** The body writes the source, and an item before and after it; it fails as its calls do. */
function scoped(run: Run, source: Source): Acts {
  const channel = new StreamChannel<unknown>({ signal: run.signal });
  const serving = channel.serve(async (writer) => {
    const send = async (): Promise<void> => {
      const item = run.item(LANE);
      await writer.send(item);
      run.accepted(item);
    };
    await send();
    await writer.write(source);
    await send();
  });
  run.watch("serve()", serving, { who: "body", tells: false });
  return { ...readerActs(run, channel.client()), ...driverActs(source), abort: run.abort };
}

const driverActs = (source: Source): Acts => ({
  answer: () => source.give(),
  dry: () => source.end(),
  break: () => source.fail(),
});

// Errors that come to nobody, and items, are excused by these alone: what is thrown by the reader takes nothing with it.
const excuses = ["leave", "abort"];

const reads = ["ask", "read", "receive", "pull", "leave", "throw"];
const writes = ["give", "put", "end", "fail"];
const aborts = ["abort", "abortCall"];
const sources = [...asyncSources, ...syncSources];

gapLaw("a stream and its bare writer, one by one", {
  make: bare,
  starts: [
    [],
    ["ask"],
    ["read"],
    ["receive", "give"],
    ["ask", "ask", "give"],
    ["ask", "give", "put"],
  ],
  first: [...reads, ...writes, ...aborts],
  second: [...reads, ...writes, ...aborts],
  over: { leave: both, abort: both, end: ["client"], fail: ["client"] },
  rest: ["end", "take", "ask", "leave"],
  excuses,
  sample: 2,
});

gapLaw("a stream that is written from sources", {
  sources,
  make: (run, source) => ({ ...bare(run, source), ...driverActs(source) }),
  starts: [["ask"], ["read", "write"], ["receive", "write", "give"]],
  first: ["ask", "write", "answer", "dry", "break", "abortCall"],
  second: [...reads, ...writes, ...aborts, "answer", "dry", "break"],
  over: { leave: both, abort: both },
  rest: ["dry", "end", "take", "ask", "leave"],
  excuses,
  sample: 5,
});

for (const when of ["opened", "asked", "closed"] as const) {
  const inside = (name: string): string => `${name} while ${when}`;
  // A source that pulls from itself is told that it cannot.
  const calls = [...reads, ...writes, ...aborts].filter((name) => name !== "pull");
  gapLaw(`a stream whose source makes calls while it is ${when}`, {
    sources: ["prompt", "sync", "sync, failing", "sync, failing to close"],
    make(run, source) {
      const acts = bare(run, source);
      const prepared = calls.map((name) => [
        inside(name),
        () => {
          source.meanwhile[when] = acts[name];
          acts["write"]!();
        },
      ]);
      return { ...acts, ...Object.fromEntries(prepared) };
    },
    starts: [[], ["ask"], ["read"], ["receive"]],
    first: calls.map(inside),
    second: [...reads, "give", "end", "abortCall"],
    rest: ["end", "take", "ask", "leave"],
    excuses: [...excuses, inside("leave"), inside("abort")],
    sample: 5,
  });
}

gapLaw("a stream and its body", {
  sources,
  make: scoped,
  starts: [[], ["ask", "ask"], ["read"], ["receive"]],
  first: [...reads, "answer", "dry", "break", "abort", "abortCall"],
  second: [...reads, "answer", "dry", "break", "abort", "abortCall"],
  over: { leave: ["client", "body"], abort: ["client", "body"] },
  rest: ["dry", "take", "ask", "leave"],
  excuses: [...excuses, "throw"], // an item that is lent and not pulled ends with its write
  sample: 9,
});
