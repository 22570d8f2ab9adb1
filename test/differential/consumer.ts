/** Runs what a consumer does on whatever is an async generator, and records what it gets. */
import type { Conversation } from "./generator.ts";
import type { Action, Step } from "./program.ts";
import { errorOf, shown, ticks, type World } from "./world.ts";

export interface Trace {
  /** Each call with its outcome, and the rounds in which it was made and settled. */
  readonly calls: string[];
  readonly body: readonly string[];
}

interface Style {
  /** Whether to return only when nothing waits, as one does who awaits each call. */
  readonly patient?: boolean;
  /** Whether to await what waits before returning. */
  readonly racing?: boolean;
}

export async function consume(
  client: Conversation,
  steps: readonly Step[],
  world: World,
  { patient = false, racing = false }: Style = {},
): Promise<Trace> {
  const calls: string[] = [];
  const pending = new Set<Promise<void>>();
  /** Whether the consumer is in a loop, or returns with a promise: then, it makes no other call. */
  let busy = false;

  const record = (name: string, call: Promise<unknown>): Promise<void> => {
    const i = calls.push(`${world.stamp}${name} waits for ever`) - 1;
    const called = `${world.stamp}${name}`;
    const settle = (outcome: string): void => {
      calls[i] = `${called} -> ${world.stamp}${outcome}`;
      pending.delete(recorded);
    };
    const recorded = call.then(
      (value) => settle(shown(value)),
      (error: unknown) => settle(`rejects ${shown(error)}`),
    );
    pending.add(recorded);
    return recorded;
  };

  const loop = async (most: number): Promise<unknown[]> => {
    const items: unknown[] = [];
    busy = true;
    try {
      for await (const item of client) {
        items.push(item);
        if (items.length === most) break;
      }
      return items;
    } finally {
      busy = false;
    }
  };

  const returnLater = (value: Promise<unknown>): Promise<unknown> => {
    busy = !racing;
    return client.return(value).finally(() => {
      busy = false;
    });
  };

  const act = async (action: Action): Promise<void> => {
    if (action.is === "release") return world.release();
    if (busy) return;
    if (action.is.startsWith("return") && pending.size > 0) {
      if (racing) await Promise.all(pending);
      // Which of the two comes first, the promise or an answer, is a race: see `endings.test.ts`.
      else if (patient || action.is !== "return") return;
    }
    const recorded = record(nameOf(action), call(action));
    if (racing && action.is === "loop") await recorded;
  };

  const call = (action: Exclude<Action, { is: "release" }>): Promise<unknown> => {
    switch (action.is) {
      case "next":
        return client.next(action.value);
      case "throw":
        return client.throw(errorOf(action.error));
      case "return":
        return client.return(action.value);
      case "return resolved":
        return returnLater(Promise.resolve(action.value));
      case "return later":
        return returnLater(world.wait().then(() => action.value));
      case "return rejected":
        return returnLater(rejected(action.error));
      case "loop":
        return loop(action.most);
    }
  };

  for (const step of steps) {
    // What is to be released must have come to wait: a body in its own turn does so later than a generator's.
    if (step.is === "release") await world.rest();
    const acting = act(step);
    if (racing) await acting;
    if (step.pause === Infinity) await world.rest();
    else if (step.pause > 0) await ticks(step.pause);
  }
  await world.finish();
  // A body that yields while it cleans up is returned from again.
  do {
    void record("return()", client.return(undefined));
    await world.finish();
  } while (calls.at(-1)?.includes('"done":false'));
  return { calls, body: world.seen };
}

/** A promise that has rejected, and that a generator may come to await only much later. */
function rejected(error: number): Promise<never> {
  const promise = Promise.reject<never>(errorOf(error));
  promise.catch(() => {});
  return promise;
}

function nameOf(action: Exclude<Action, { is: "release" }>): string {
  const { is } = action;
  if ("error" in action) return `${is}(e${action.error})`;
  return `${is}(${shown("value" in action ? action.value : action.most)})`;
}
