import { Channel } from "queueable";

import type { Peer } from "../measure/peer.ts";
import { programsOf } from "./connection.ts";
import type { Connection } from "./connection.ts";

export const peer: Peer = {
  title: "queueable",
  ahead: "1 ahead",
  programs: programsOf(<T>(): Connection<T> => {
    const channel = new Channel<T>();
    return {
      send: (item) => channel.push(item),
      close: () => channel.return(),
      items: channel,
    };
  }),
};
