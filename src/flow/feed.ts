import type { Server } from "../end.ts";
import type { Source } from "./source.ts";

/**
 * Passes items from a source to a server end: what `yield*` is in a generator.
 *
 * @param pause What to wait for before the next item is asked for, if anything.
 * @returns What the source returned; nothing of interest if the client has left.
 */
export async function feed<T, R>(
  source: Source<T, R>,
  server: Server<T, void, R>,
  pause?: () => Promise<void> | undefined,
): Promise<R> {
  for (;;) {
    const { value, done } = await source.next();
    if (done || (await server.next(value)).done) return value as R;
    const turn = pause?.();
    if (turn !== undefined) await turn;
  }
}
