import { queuelessPushable } from "it-queueless-pushable";

import type { Peer } from "../measure/peer.ts";
import { programsOf } from "./connection.ts";
import type { Connection } from "./connection.ts";

export const peer: Peer = {
  title: "it-queueless-pushable",
  ahead: "lockstep",
  programs: programsOf(<T>(): Connection<T> => {
    const pushable = queuelessPushable<T>();
    return {
      send: (item) => pushable.push(item),
      close: () => pushable.end(),
      items: pushable,
    };
  }),
};
