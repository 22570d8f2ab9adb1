/** A worker thread that compiles and runs the bodies of `test/differential`: they come as data. */
import { parentPort } from "node:worker_threads";

import type { Server } from "coroutine-channels";
import { Session } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";

import { compile } from "../../../differential/producer.ts";
import type { Block } from "../../../differential/program.ts";
import { World } from "../../../differential/world.ts";
import { settled } from "../../../support/settled.ts";

/** What the other side does with the world of the next body. */
export type Deed =
  | { readonly is: "begin"; readonly stamped: boolean }
  | { readonly is: "release" | "settle" | "next round" };

/** What that side then knows of it. */
export interface Known {
  readonly seen: readonly string[];
  readonly waits: boolean;
}

let world = new World(true);

const services = {
  async program(server: Server<unknown, unknown, unknown>, body: Block): Promise<unknown> {
    return compile(body, world)(server);
  },

  async world(server: Server<Known, Deed>): Promise<void> {
    let deed = await server.receive();
    for (;;) {
      if (deed.is === "begin") world = new World(deed.stamped);
      else if (deed.is === "release") world.release();
      else if (deed.is === "settle") await settled();
      else world.round++;
      deed = await server.send({ seen: world.seen, waits: world.waits });
    }
  },
};

export type Services = typeof services;

new Session(portLink(parentPort!)).serve(services);
