/** A far client held to the gap law: act, wait k microtasks, act again. */
import type { Server } from "coroutine-channels";

import { Body, clientActs, serverActs } from "../gaps/ends.ts";
import { gapLaw } from "../gaps/law.ts";
import { farService } from "./by-reference.ts";

type AnyServer = Server<unknown, unknown, unknown>;

/** Without aborts: while one is under way, the far server makes calls that are told of it, too. */
gapLaw("a far channel and its body", {
  make(run) {
    const body = new Body(run);
    let server: AnyServer | undefined;
    const client = farService<unknown, unknown, unknown>((end) => ((server = end), body.run()), {
      signal: run.signal,
    });
    const { ask, receive, leave, throw: fail } = clientActs(run, client);
    const { give, put } = serverActs(run, () => server);
    return { ask, receive, leave, throw: fail, give, put, ...body.acts, abortCall: run.abortCall };
  },
  starts: [[], ["ask"], ["ask", "give"], ["ask", "put"], ["ask", "give", "leave"]],
  rest: ["ask", "give", "end", "ask", "leave"],
  excuses: ["leave", "throw", "abortCall"],
});
