import { channel } from "@thi.ng/csp";

import type { Peer } from "../measure/peer.ts";
import { programsOf } from "./connection.ts";
import type { Connection } from "./connection.ts";

export const peer: Peer = {
  title: "@thi.ng/csp",
  ahead: "1 ahead",
  programs: programsOf(<T>(): Connection<T> => {
    const ours = channel<T>();
    return {
      send: (item) => ours.write(item),
      close: () => ours.close(),
      items: ours,
    };
  }),
};
