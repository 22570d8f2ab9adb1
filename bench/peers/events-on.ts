import { on } from "node:events";

import type { Peer } from "../measure/peer.ts";
import { takeBursts } from "./bursts.ts";

/** What Node has for it. */
export const peer: Peer = {
  title: "events.on of node:events",
  ahead: "unlimited",
  programs: {
    events: (count, burst) =>
      takeBursts((emitter) => on(emitter, "item") as AsyncIterable<[number]>, count, burst),
  },
};
