/** `--watch`: the lanes at work, in a browser. */

import { setTimeout } from "node:timers/promises";

import type { Line } from "./lines.ts";

const PAUSE_MS = 50;

/** Serves a page that shows the channels, which are created after this. Resolves to its address. */
export async function startWatching(): Promise<string> {
  const { live } = await import("coroutine-channels/inspect");
  const { url } = await live();
  return url;
}

/** Passes the lines on one by one, so slowly that one can look on. */
export async function* slowly(batches: AsyncIterable<Line[]>): AsyncGenerator<Line[]> {
  for await (const lines of batches) {
    for (const line of lines) {
      await setTimeout(PAUSE_MS);
      yield [line];
    }
  }
}
