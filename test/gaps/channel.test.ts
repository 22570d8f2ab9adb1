/** The ends of a channel, held to the gap law. */
import { Channel, type Server } from "coroutine-channels";

import { clientActs, serverActs } from "./ends.ts";
import { gapLaw } from "./law.ts";

const both = ["client", "server"];

gapLaw("a channel and its bare server end", {
  make(run) {
    const channel = new Channel<unknown, unknown, unknown>({ signal: run.signal });
    let server: Server<unknown, unknown, unknown> | undefined;
    run.watch(
      "server()",
      channel.server().then((end) => void (server = end)),
      { who: "server" },
    );
    return {
      ...clientActs(run, channel.client()),
      ...serverActs(run, () => server),
      abortCall: run.abortCall,
      abort: run.abort,
    };
  },
  starts: [[], ["ask"], ["ask", "give"], ["ask", "put"], ["ask", "ask", "give"]],
  over: { leave: both, end: ["client"], fail: ["client"], abort: both },
  rest: ["ask", "give", "end", "ask", "leave"],
});
