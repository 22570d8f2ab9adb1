/** The far ends of the build under test. */
import type * as Link from "coroutine-channels/link";
import type * as Nats from "coroutine-channels/nats";
import type * as Port from "coroutine-channels/port";
import type * as Socket from "coroutine-channels/socket";

const address = new URL("../../dist/index.js", import.meta.url).href;
const base = process.env["BENCH_LIBRARY"] ?? address;
const load = (name: string): Promise<unknown> => import(new URL(`${name}.js`, base).href);

export const { Host, Session } = (await load("link")) as typeof Link;
export const { natsLink, natsServe } = (await load("nats")) as typeof Nats;
export const { portLink } = (await load("port")) as typeof Port;
export const { byteLink, webSocketLink } = (await load("socket")) as typeof Socket;
