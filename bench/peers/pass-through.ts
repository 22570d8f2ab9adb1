import { PassThrough } from "node:stream";

import type { Peer } from "../measure/peer.ts";
import { programsOf } from "./connection.ts";
import type { Connection } from "./connection.ts";

/** In object mode, with the high-water mark it comes with. */
export const peer: Peer = {
  title: "node:stream PassThrough",
  ahead: "16 ahead",
  macrotasks: true,
  programs: programsOf(<T>(): Connection<T> => {
    const stream = new PassThrough({ objectMode: true });
    return {
      send: (item) =>
        stream.write(item) ? undefined : new Promise((resolve) => stream.once("drain", resolve)),
      close: () => stream.end(),
      items: stream as AsyncIterable<T>,
    };
  }),
};
