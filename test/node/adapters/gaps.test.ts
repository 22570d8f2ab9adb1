/** The adapters of Node's streams, held to the gap law. */
import { Readable, type Writable } from "node:stream";

import { Channel, type Server, StreamChannel, type Writer } from "coroutine-channels";
import { fromReadable, toDuplex, toReadable, toWritable } from "coroutine-channels/node";

import { gapLaw } from "../../gaps/law.ts";
import type { Run } from "../../gaps/run.ts";
import { asyncSources, consumer, driver, type Source, syncSources } from "../../gaps/sources.ts";
import { toldOnce } from "../../gaps/streams.ts";

/** What Node has against calls of a stream that has ended, and to say of one that is destroyed. */
const complains = (error: unknown): boolean =>
  /^ERR_STREAM_|^ABORT_ERR/.test(String((error as NodeJS.ErrnoException).code));

/** Resolves when a stream has closed; rejects with its error. */
const closing = (stream: Readable | Writable): Promise<void> =>
  new Promise((resolve, reject) => {
    if (stream.closed) resolve();
    stream.setMaxListeners(0).once("error", reject).once("close", resolve);
  });

type Once = ReturnType<typeof toldOnce>;

/** To leave may take a turn, in which it shows that a source is quiet. */
function readerActs(run: Run, stream: Readable, once: Once): Record<"ask" | "leave", () => void> {
  stream.on("error", () => {});
  const items = stream.iterator({ destroyOnReturn: false });
  return {
    ask: () =>
      run.watch("next()", once(items.next()), {
        takes: (result) => (result?.done === false ? [result.value] : []),
      }),
    leave() {
      run.watch("close", once(closing(stream)), { who: "leaving" });
      stream.destroy();
    },
  };
}

function writerActs(
  run: Run,
  stream: Writable,
  once: Once,
  { tells = true } = {},
): Record<"give" | "end" | "fail", () => void> {
  stream.on("error", () => {});
  const who = "writer";
  const called = (call: (done: (error?: Error | null) => void) => void): Promise<unknown> =>
    once(
      new Promise<void>((resolve, reject) => {
        call((error) => (error ? reject(error) : resolve()));
      }),
    );
  return {
    give() {
      const item = run.item();
      const written = called((done) => void stream.write(item, done));
      run.watch("write()", written, { who, tells });
    },
    end() {
      // To end a stream that is destroyed is answered by nobody: that is Node's way.
      if (stream.destroyed) return;
      const ended = called((done) => void stream.end(done));
      run.watch("end()", ended, { who, tells });
    },
    fail() {
      // Known to whoever destroys it; told to the write that waits, and to the reader.
      const error = run.error("the writer's error", { optional: () => true, most: 2 });
      run.watch("close", once(closing(stream)), { who: "leaving", tells: false });
      stream.destroy(error);
    },
  };
}

const starts = [[], ["ask"], ["ask", "ask"]];
const rest = ["give", "end", "ask", "ask", "ask", "ask", "leave"];

gapLaw("toReadable", {
  sources: [...asyncSources, ...syncSources].filter((kind) => kind !== "mute"),
  make: (run, source) => ({
    ...readerActs(run, toReadable(source), toldOnce()),
    ...driver(source),
  }),
  starts,
  over: { leave: ["client"] },
  rest,
  allows: complains,
  sample: 8,
});

/** What waits is told when the stream closes: a turn later, in which the source has shown that it is quiet. */
gapLaw("toReadable, of a source that cannot be closed", {
  sources: ["mute"],
  make: (run, source) => readerActs(run, toReadable(source), toldOnce()),
  starts,
  rest,
  allows: complains,
});

/** No item, so that nothing excuses an error that is told to nobody. */
gapLaw("toReadable, of a source that fails", {
  sources: ["by hand"],
  make(run, source) {
    const { ask, leave } = readerActs(run, toReadable(source), toldOnce());
    return { ask, leave, fail: () => source.fail() };
  },
  starts: [[], ["ask"]],
  over: { leave: ["client"] },
  rest: ["fail", "ask", "leave"],
  excuses: [],
  allows: complains,
});

/** A stream by hand, so that it is not ours. */
function streamOf(source: Source): Readable {
  const items = source[Symbol.asyncIterator]();
  let over = false;
  return new Readable({
    objectMode: true,
    highWaterMark: 0,
    read() {
      const end = (error?: Error): void => {
        over = true;
        if (error) this.destroy(error);
        else this.push(null);
      };
      try {
        items.next().then(({ value, done }) => (done ? end() : this.push(value)), end);
      } catch (error) {
        end(error as Error);
      }
    },
    destroy(error, done) {
      const closed = over ? undefined : items.return?.();
      Promise.resolve(closed).then(() => done(error), done);
    },
  });
}

gapLaw("fromReadable", {
  sources: asyncSources.filter((kind) => kind !== "mute"),
  make(run, source) {
    const client = fromReadable(streamOf(source));
    return { ...consumer(run, client), abortCall: run.abortCall, ...driver(source) };
  },
  starts,
  over: { leave: ["client"], throw: ["client"] },
  rest,
  allows: complains,
  sample: 8,
});

/** The leaving settles a turn later, in which the stream has shown that it is quiet. */
gapLaw("fromReadable, of a stream that cannot be closed", {
  sources: ["mute"],
  make: (run, source) => consumer(run, fromReadable(streamOf(source))),
  starts,
  rest,
  allows: complains,
});

gapLaw("fromReadable, of a stream that fails", {
  make(run) {
    const stream = new Readable({ objectMode: true, read() {} });
    const { ask, leave } = consumer(run, fromReadable(stream));
    let open = true;
    return {
      ask,
      leave() {
        leave();
        open = false; // what comes now comes too late
      },
      fail() {
        if (open) stream.destroy(run.error("the stream's error"));
        open = false;
      },
    };
  },
  starts: [[], ["ask"]],
  over: { leave: ["client"] },
  rest: ["fail", "ask", "leave"],
  excuses: [],
  allows: complains,
});

gapLaw("toDuplex", {
  make(run) {
    const channel = new Channel<unknown, unknown>({ signal: run.signal });
    const serving = channel.serve(async (server) => {
      for (let item = await server.receive(); ;) item = await server.send(item);
    });
    run.watch("serve()", serving, { who: "body", tells: false });
    const duplex = toDuplex(channel);
    const once = toldOnce();
    return {
      ...readerActs(run, duplex, once),
      ...writerActs(run, duplex, once),
      abort: run.abort,
    };
  },
  starts: [...starts, ["ask", "give"], ["ask", "give", "ask"]],
  over: { leave: ["client", "writer", "leaving", "body"], abort: ["client", "body"] },
  rest: ["ask", "end", "ask", "ask", "ask", "ask", "leave"],
  excuses: ["leave", "fail", "abort"],
  allows: complains,
  sample: 3,
});

for (const [kind, create] of [
  ["a server end", (signal: AbortSignal) => new Channel<unknown>({ signal })],
  ["a writer", (signal: AbortSignal) => new StreamChannel<unknown>({ signal })],
] as const) {
  gapLaw(`toWritable of ${kind}`, {
    make(run) {
      const channel = create(run.signal);
      let writer: ReturnType<typeof writerActs> | undefined;
      const opened = (end: Server<unknown> | Writer<unknown>): void => {
        writer = writerActs(run, toWritable(end), toldOnce(), { tells: false });
      };
      run.watch("server()", channel.server().then(opened), { who: "server" });
      const act = (name: "give" | "end" | "fail") => () => {
        writer?.[name]();
        return writer !== undefined;
      };
      return {
        ...consumer(run, channel.client()),
        give: act("give"),
        end: act("end"),
        fail: act("fail"),
        abort: run.abort,
      };
    },
    starts: [[], ["ask"], ["ask", "give"], ["ask", "give", "ask"], ["ask", "give", "give"]],
    over: { leave: ["client", "writer"], abort: ["client", "writer"] },
    rest: ["end", "ask", "ask", "ask", "ask", "ask", "leave"],
    excuses: ["leave", "throw", "abort", "fail"],
    allows: complains,
    sample: 4,
  });
}
