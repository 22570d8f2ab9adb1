import type { Peer } from "../measure/peer.ts";
import { programsOf } from "./connection.ts";
import type { Connection } from "./connection.ts";

/** With nothing buffered on either side. */
export const peer: Peer = {
  title: "TransformStream",
  ahead: "1 ahead",
  programs: programsOf(<T>(): Connection<T> => {
    const { readable, writable } = new TransformStream<T, T>(
      undefined,
      { highWaterMark: 1 },
      { highWaterMark: 0 },
    );
    const writer = writable.getWriter();
    return {
      send: (item) => writer.write(item),
      close: () => writer.close(),
      items: readable,
    };
  }),
};
