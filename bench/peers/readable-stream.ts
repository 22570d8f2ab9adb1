import type { Peer } from "../measure/peer.ts";
import { programsOf } from "./connection.ts";
import type { Connection } from "./connection.ts";

/** With nothing read ahead; a send waits for the next pull. */
export const peer: Peer = {
  title: "ReadableStream",
  ahead: "lockstep",
  programs: programsOf(<T>(): Connection<T> => {
    let controller!: ReadableStreamDefaultController<T>;
    let demanded = (): void => {};
    const items = new ReadableStream<T>(
      {
        start(own) {
          controller = own;
        },
        pull() {
          demanded();
        },
      },
      { highWaterMark: 0 },
    );
    return {
      send: (item) =>
        new Promise<void>((resolve) => {
          demanded = resolve;
          controller.enqueue(item);
        }),
      close: () => controller.close(),
      items,
    };
  }),
};
