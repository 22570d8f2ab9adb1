/** What Node's streams call back with. */
export type Callback = (error?: Error | null) => void;

/** The error for a stream of Node's, which takes a falsy one for none. */
export function toError(reason: unknown): Error {
  return (reason || new Error(`Could not go on: ${String(reason)}`, { cause: reason })) as Error;
}

/** Calls back when `promise` has settled: with its error, or else with `error`. */
export async function callBack(
  promise: PromiseLike<unknown> | undefined,
  done: Callback,
  error?: Error | null,
): Promise<void> {
  try {
    await promise;
  } catch (failure) {
    done(toError(failure));
    return;
  }
  done(error);
}
