/** The adapters of web streams, held to the gap law. */
import { Channel, StreamChannel } from "coroutine-channels";
import type { Client, Server, Writer } from "coroutine-channels";
import {
  fromReadableStream,
  toEventStream,
  toReadableStream,
  toTransformStream,
  toWritableStream,
} from "coroutine-channels/web";

import { clientActs } from "./ends.ts";
import { gapLaw } from "./law.ts";
import { asyncSources, consumer, driver, type Source, syncSources } from "./sources.ts";
import { complains, readerActs, writerActs } from "./streams.ts";

type AnyClient = Client<unknown, unknown, unknown>;

const sources = [...asyncSources, ...syncSources];
const starts = [[], ["ask"], ["ask", "ask"]];
const rest = ["give", "end", "ask", "ask", "ask", "ask", "leave"];

gapLaw("toReadableStream", {
  sources,
  make: (run, source) => ({ ...readerActs(run, toReadableStream(source)), ...driver(source) }),
  starts,
  over: { leave: ["client"] },
  rest,
  sample: 4,
});

/** No item, so that nothing excuses an error that is told to nobody. */
gapLaw("toReadableStream, of a source that fails", {
  sources: ["by hand"],
  make(run, source) {
    const { ask, leave } = readerActs(run, toReadableStream(source));
    return { ask, leave, fail: () => source.fail() };
  },
  starts: [[], ["ask"]],
  over: { leave: ["client"] },
  rest: ["fail", "ask", "leave"],
  excuses: [],
});

const decoder = new TextDecoder();
const shown = (bytes: unknown): number[] => {
  const text = decoder.decode(bytes as Uint8Array);
  return text.startsWith(":") ? [] : [Number(/^data: (\d+)\n\n$/.exec(text)?.[1])];
};

gapLaw("toEventStream", {
  sources,
  make: (run, source) => ({
    ...readerActs(run, toEventStream(source, { heartbeat: 1000 }), shown),
    ...driver(source),
  }),
  starts,
  over: { leave: ["client"] },
  rest,
  sample: 7,
});

/** A stream by hand, so that it is not ours. */
function streamOf(source: Source): ReadableStream<unknown> {
  const items = source[Symbol.asyncIterator]();
  let over = false;
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        let asked: Promise<IteratorResult<unknown>>;
        try {
          asked = items.next();
        } catch (error) {
          over = true;
          throw error;
        }
        const end = (): void => void (over = true);
        asked.then(({ done }) => done && end(), end);
        const { value, done } = await asked;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (over || (await items.return?.())),
    },
    { highWaterMark: 0 },
  );
}

gapLaw("fromReadableStream", {
  sources: asyncSources.filter((kind) => kind !== "mute"),
  make(run, source) {
    const client = fromReadableStream(streamOf(source));
    const { receive } = clientActs(run, client as AnyClient);
    return { ...consumer(run, client), receive, abortCall: run.abortCall, ...driver(source) };
  },
  starts,
  over: { leave: ["client"], throw: ["client"] },
  rest,
  sample: 7,
});

/** The leaving settles a turn later, in which the stream has shown that it is quiet. */
gapLaw("fromReadableStream, of a stream that cannot be cancelled", {
  sources: ["mute"],
  make: (run, source) => consumer(run, fromReadableStream(streamOf(source))),
  starts,
  rest,
});

async function* passed(items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  for await (const item of items) yield item;
}

gapLaw("toTransformStream of a function", {
  make(run) {
    const { readable, writable } = toTransformStream(passed);
    return { ...readerActs(run, readable), ...writerActs(run, writable) };
  },
  starts: [...starts, ["ask", "give"], ["ask", "give", "ask"]],
  over: { leave: ["client", "writer", "leaving"] },
  rest: ["ask", "end", "ask", "ask", "ask", "ask", "leave"],
  excuses: ["leave", "fail"],
  allows: complains,
  sample: 2,
});

gapLaw("toTransformStream of a channel", {
  make(run) {
    const channel = new Channel<unknown, unknown>({ signal: run.signal });
    const serving = channel.serve(async (server) => {
      for (let item = await server.receive(); ;) item = await server.send(item);
    });
    run.watch("serve()", serving, { who: "body", tells: false });
    const { readable, writable } = toTransformStream(channel);
    return { ...readerActs(run, readable), ...writerActs(run, writable), abort: run.abort };
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
  gapLaw(`toWritableStream of ${kind}`, {
    make(run) {
      const channel = create(run.signal);
      let writer: ReturnType<typeof writerActs> | undefined;
      const opened = (end: Server<unknown> | Writer<unknown>): void => {
        writer = writerActs(run, toWritableStream(end), { tells: false });
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

  gapLaw(`toWritableStream of ${kind}, in a body`, {
    make(run) {
      const channel = create(run.signal);
      let writer: ReturnType<typeof writerActs> | undefined;
      const body = (end: Server<unknown> | Writer<unknown>): Promise<void> =>
        new Promise((closes) => {
          writer = writerActs(run, toWritableStream(end), { tells: false, closes });
        });
      run.watch("serve()", channel.serve(body), { who: "body", tells: false });
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

/** No item, so that nothing excuses an error that is told to nobody. */
gapLaw("fromReadableStream, of a stream that fails", {
  make(run) {
    let controller!: ReadableStreamDefaultController;
    const stream = new ReadableStream<unknown>({ start: (given) => void (controller = given) });
    const { ask, leave } = consumer(run, fromReadableStream(stream));
    let open = true;
    return {
      ask,
      leave() {
        leave();
        open = false; // what comes now comes too late
      },
      fail() {
        if (open) controller.error(run.error("the stream's error"));
        open = false;
      },
    };
  },
  starts: [[], ["ask"]],
  over: { leave: ["client"] },
  rest: ["fail", "ask", "leave"],
  excuses: [],
});
