// A conversation over HTTP: what goes down is an event stream, and what comes up comes in requests of its own. An event stream
// asks for the next step at once, and so would answer every question with `undefined`: here the two are joined.
import { Channel, produce } from "coroutine-channels";

import type { Person, Step } from "./agent.ts";

export type OverHttp = ReturnType<typeof overHttp>;

export function overHttp(talk: (person: Person) => Promise<void>) {
  let asked = 0;
  let open: Channel<string> | undefined;
  const steps = produce<Step>((down) =>
    talk({
      signal: down.signal,
      put: (step) => down.put(step),
      async send(question, waiting) {
        asked += 1;
        const up = (open = new Channel<string>({ signal: down.signal }));
        try {
          await down.put(question, waiting);
          return await up.client().receive(waiting);
        } finally {
          open = undefined;
        }
      },
    }),
  );
  return {
    steps,
    /** The number of the last question. */
    asked: () => asked,
    /** The answer to the question of that number comes up. Returns whether the question was still open. */
    answer(question: number, text: string): boolean {
      if (open === undefined || question !== asked) return false;
      void open.serve((up) => up.put(text));
      open = undefined;
      return true;
    },
  };
}
