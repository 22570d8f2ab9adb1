import { ChannelClosed } from "coroutine-channels";

import { settled, state } from "./settled.ts";

export type Outcome =
  | "waits"
  | { readonly gives: unknown }
  | { readonly rejects: unknown }
  | { readonly closed: Pick<ChannelClosed, "value" | "undelivered" | "cause"> };

/** Makes a call whose outcome is looked at later: until then it may reject without being reported. */
export function waiting<P extends PromiseLike<unknown>>(call: P): P {
  call.then(undefined, () => {});
  return call;
}

/** What has become of a call when all has come to rest, for `toEqual`. */
export async function outcome(call: PromiseLike<unknown>): Promise<Outcome> {
  void waiting(call);
  await settled();
  const now = await state(call);
  if (now === "pending") return "waits";
  if ("value" in now) return { gives: now.value };
  if (!(now.error instanceof ChannelClosed)) return { rejects: now.error };
  const { value, undelivered, cause } = now.error;
  return { closed: { value, undelivered, cause } };
}

export function outcomes(...calls: PromiseLike<unknown>[]): Promise<Outcome[]> {
  return Promise.all(calls.map(outcome));
}

/** What a call gets that meets the end. */
export const done = (value?: unknown): Outcome => ({ gives: { value, done: true } });
/** What `next` gets before the end. */
export const item = (value: unknown): Outcome => ({ gives: { value, done: false } });
/** What a `send` or `receive` gets that meets the end. */
export const closed = (value: unknown, undelivered: boolean, cause?: unknown): Outcome => ({
  closed: { value, undelivered, cause },
});
