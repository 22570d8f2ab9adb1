// Joins what goes down as an event stream, and what comes up in requests of its own, to one client of the agent. An event
// stream alone asks for the next step at once, and so would answer every question with `undefined`.
import { Channel, type Client } from "coroutine-channels";

import type { Answer, Step } from "./agent.ts";

export interface OverHttp extends AsyncIterableIterator<Step, void> {
  /** How many steps have gone down: the number of the last. */
  readonly count: number;
  /** The answer to the question of that number comes up. Returns whether the question was still open. */
  answer(question: number, text: string): boolean;
}

/** @param patience Made for each question: when it aborts, no answer has come. */
export function overHttp(agent: Client<Step, Answer>, patience: () => AbortSignal): OverHttp {
  const up = new Channel<string>({ name: "answers" });
  const answers = up.client();
  const person = up.server();
  person.catch(() => {}); // left before the first question
  let count = 0;
  let open = false;
  let answer: Promise<Answer> | undefined;

  async function heard(): Promise<Answer> {
    const text = await answers.receive({ signal: patience() }).catch(() => undefined);
    open = false;
    return text;
  }

  return {
    async next() {
      const step = await agent.next(await answer);
      count += 1;
      open = !step.done && step.value.kind === "question";
      answer = open ? heard() : undefined;
      return step;
    },
    return() {
      open = false;
      void answers.return();
      return agent.return();
    },
    get count() {
      return count;
    },
    answer(question, text) {
      if (!open || question !== count) return false;
      open = false;
      void person.then((end) => end.put(text));
      return true;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
