/** The ends of a channel, bare and served, and of several served together, held to the gap law. */
import { Channel, produce, type Server, serveAll } from "coroutine-channels";

import { Body, clientActs, serverActs } from "./ends.ts";
import { type Acts, gapLaw } from "./law.ts";
import type { Run } from "./run.ts";

type AnyServer = Server<unknown, unknown, unknown>;

const both = ["client", "server"];
const create = (run: Run): Channel<unknown, unknown, unknown> =>
  new Channel({ signal: run.signal });

function bare(run: Run): Acts {
  const channel = create(run);
  let server: AnyServer | undefined;
  const opened = channel.server().then((end) => void (server = end));
  run.watch("server()", opened, { who: "server" });
  const { abort, abortCall } = run;
  return {
    ...clientActs(run, channel.client()),
    ...serverActs(run, () => server),
    abort,
    abortCall,
  };
}

/** One way: no item is lost by a throw. */
gapLaw("a channel and its bare server end", {
  make: bare,
  starts: [[], ["ask"], ["ask", "give"], ["ask", "put"], ["ask", "ask", "give"]],
  first: ["ask", "receive", "leave", "throw", "give", "put", "end", "fail", "abort", "abortCall"],
  second: ["ask", "receive", "leave", "throw", "give", "put", "end", "fail", "abort", "abortCall"],
  over: { leave: both, end: ["client"], fail: ["client"], abort: both },
  rest: ["ask", "give", "end", "ask", "leave"],
  excuses: ["leave", "abort"],
  sample: 2,
});

/** What answers a cancelled `send` is dropped. */
gapLaw("a conversation of bare ends", {
  make: bare,
  starts: [[], ["say", "hear"], ["ask", "put"], ["say", "put", "say"]],
  first: ["say", "receive", "throw", "give", "put", "hear", "abortCall"],
  over: { leave: both, end: ["client"], fail: ["client"], abort: both },
  rest: ["ask", "give", "end", "ask", "leave"],
  allows: (error) => error instanceof TypeError && /has come/.test(error.message),
  excuses: ["leave", "throw", "abort", "abortCall"],
  sample: 2,
});

gapLaw("a channel and its body", {
  make(run) {
    const channel = create(run);
    const body = new Body(run);
    let server: AnyServer | undefined;
    const serving = channel.serve((end) => ((server = end), body.run()));
    run.watch("serve()", serving, { who: "body", tells: false });
    const { abort, abortCall } = run;
    const acts = { ...clientActs(run, channel.client()), ...serverActs(run, () => server) };
    return { ...acts, ...body.acts, abort, abortCall };
  },
  starts: [[], ["ask"], ["ask", "give"], ["ask", "put"], ["ask", "give", "leave"]],
  first: ["ask", "receive", "leave", "throw", "give", "put", "end", "fail", "abort", "abortCall"],
  second: ["ask", "receive", "leave", "throw", "give", "put", "end", "fail", "abort", "abortCall"],
  over: { end: ["client", "body"], fail: ["client", "body"], abort: ["client", "server"] },
  rest: ["ask", "give", "end", "ask", "leave"],
  excuses: ["leave", "abort"],
  sample: 2,
});

gapLaw("a producer", {
  make(run) {
    const client = produce<unknown, unknown, unknown>(
      async (server) => {
        for (let i = 0; i < 3; i++) {
          const item = run.item();
          await server.send(item);
          run.accepted(item);
        }
        throw run.error("the body's error");
      },
      { signal: run.signal },
    );
    const { abort, abortCall } = run;
    const { ask, receive, leave, throw: fail } = clientActs(run, client);
    return { ask, receive, leave, throw: fail, abort, abortCall };
  },
  starts: [[], ["ask"], ["ask", "ask"], ["ask", "ask", "ask"]],
  over: { leave: ["client"], throw: ["client"], abort: ["client"] },
  rest: ["ask", "ask", "ask", "ask", "leave"],
  loud: true,
});

gapLaw("two channels served together", {
  make(run) {
    const one = create(run);
    const two = new Channel<unknown, unknown, unknown>();
    const body = new Body(run, 2);
    let servers: readonly AnyServer[] = [];
    const serving = serveAll([one, two], (ends) => ((servers = ends), body.run()));
    run.watch("serveAll()", serving, { who: "body", tells: false });
    const first = clientActs(run, one.client(), { who: "client one" });
    const second = clientActs(run, two.client(), { who: "client two" });
    const { give, put } = serverActs(run, () => servers[0]);
    const other = serverActs(run, () => servers[1], { down: 2 });
    return {
      ask: first.ask,
      leave: first.leave,
      throw: first.throw,
      give,
      put,
      "other ask": second.ask,
      "other leave": second.leave,
      "other give": other.give,
      "other put": other.put,
      ...body.acts,
      abort: run.abort,
      abortCall: run.abortCall,
    };
  },
  starts: [
    [],
    ["ask"],
    ["ask", "other ask"],
    ["give", "other put", "ask"],
    ["ask", "put", "other give"],
  ],
  over: {
    end: ["client one", "client two", "body"],
    fail: ["client one", "client two", "body"],
    leave: ["client one"],
    "other leave": ["client two"],
    abort: ["client one"],
  },
  rest: [
    "ask",
    "other ask",
    "give",
    "other give",
    "end",
    "ask",
    "other ask",
    "leave",
    "other leave",
  ],
  excuses: ["leave", "other leave", "throw", "abort"],
  sample: 3,
});
