/** Settles a call, with its answer or with a {@link Failure}. */
export type Settle = (outcome: unknown) => void;

/**
 * An error as an outcome, which lets one function settle a call either way: a promise's own `resolve`. That reads `then`;
 * if reading throws, it rejects with what was thrown, at once (ECMA-262, Promise Resolve Functions). It spares every
 * hand-over the making and keeping of `reject` (workloads one-way and two-way).
 */
export class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }

  get then(): never {
    throw this.error;
  }
}

/** The promise that is settled as the call is. An executor that does nothing else is compiled away (workload create). */
export function promiseOf<R>(call: {
  settle: Settle;
  answered?: Promise<unknown> | undefined;
}): Promise<R> {
  const promise = new Promise<R>((settle) => {
    call.settle = settle as Settle;
  });
  call.answered = promise;
  return promise;
}

/** Settles a call with an error. */
export function fail(call: { settle: Settle }, error: unknown): void {
  call.settle(new Failure(error));
}
