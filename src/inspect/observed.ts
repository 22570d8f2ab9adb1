import type { Life } from "../core/life.ts";
import type { Log } from "./log.ts";
import type { Observer } from "./observer.ts";

/** The machine of a channel that is watched. */
export interface Observed {
  readonly observer: Pick<Observer<never>, "log">;
}

/** What is known of a channel, if it is watched: one that was created before is not. */
export function logOf(life: Life | undefined): Log | undefined {
  return life !== undefined && "observer" in life
    ? (life as unknown as Observed).observer.log
    : undefined;
}

/** Runs a body, which serves all of these. */
export function runObserved<S, R>(body: (server: S) => R, server: S, lives: readonly Life[]): R {
  const logs = lives.flatMap((life) => logOf(life) ?? []);
  const [first] = logs;
  return first === undefined ? body(server) : first.run(body, server, logs);
}
