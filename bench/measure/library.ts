/** The build under test: this tree's, or that of the commit to compare with. */

import type * as Library from "coroutine-channels";
import type * as NodeStreams from "coroutine-channels/node";
import type * as WebStreams from "coroutine-channels/web";

const address =
  process.env["BENCH_LIBRARY"] ?? new URL("../../dist/index.js", import.meta.url).href;

export const library = (await import(address)) as typeof Library;

/** An entry point besides the main one: loaded by who needs it, since a commit to compare with may not have it. */
export async function loadWeb(): Promise<typeof WebStreams> {
  return import(new URL("web.js", address).href) as Promise<typeof WebStreams>;
}

/** The same for Node's streams. */
export async function loadNode(): Promise<typeof NodeStreams> {
  return import(new URL("node.js", address).href) as Promise<typeof NodeStreams>;
}
