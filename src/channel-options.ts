import { onAbort } from "./core/abort.ts";
import type { Life } from "./core/life.ts";
import type { AbortSignal } from "./core/platform.ts";

/** Options of a channel. */
export interface ChannelOptions {
  /** Ends the whole channel when it aborts: the first call of each end, waiting or next to come, rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** How many calls may wait on one end; one more rejects with `ChannelOverflow`. A positive integer or `Infinity`; 1024 by default. */
  limit?: number | undefined;
  /** A name for error messages and diagnostics. */
  name?: string | undefined;
}

/** @throws `RangeError` for a `limit` that is no positive integer. */
export function limitOf(options: ChannelOptions | undefined): number {
  const limit = options?.limit ?? 1024;
  if (!(limit >= 1) || limit % 1 > 0) {
    throw new RangeError(`A limit is a positive integer or Infinity, and not ${String(limit)}`);
  }
  return limit;
}

/** Ends a channel of any kind when its own signal aborts. */
export function endOnAbort(life: Life, signal: AbortSignal): void {
  if (signal.aborted) life.destroy(signal.reason);
  else life.ended = onAbort(signal, () => life.destroy(signal.reason));
}
