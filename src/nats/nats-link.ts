import type { NatsConnection } from "@nats-io/nats-core";

import type { Dial } from "../link.ts";
import { checkAddress, createInbox } from "./address.ts";
import { Connectivity } from "./connectivity.ts";
import { SubjectLink } from "./subject-link.ts";

/** How long a host may take to answer, in milliseconds. */
const patience = 5000;

/**
 * Dials a host that is served at an address of NATS, by {@link natsServe}: any of those that are there, and for a session that
 * resumes, its own.
 *
 * It is for one session. Connect with `{ maxReconnectAttempts: -1 }`, so that the connection comes back however long the
 * server was away.
 *
 * @throws `TypeError` for an address that is none, or a connection that gives up.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { Session } from "coroutine-channels/link";
 * import { natsLink } from "coroutine-channels/nats";
 *
 * async function open(): Promise<Session> {
 *   const connection = await connect({ maxReconnectAttempts: -1 });
 *   return new Session(natsLink(connection, "orders.intake"));
 * }
 * ```
 */
export function natsLink(connection: NatsConnection, address: string): Dial {
  const connectivity = Connectivity.of(connection);
  checkAddress(address);
  /** The host that the session is at, once that has said something. */
  let host: string | undefined;
  return async () => {
    if (!connectivity.up) throw new Error("There is no connection to NATS");
    const from = createInbox(connection);
    const target = host === undefined ? address : `${address}.${host}`;
    const answer = await connection.request(target, from, { timeout: patience });
    const [to, name] = answer.string().split(" ");
    if (to === undefined || name === undefined) throw new Error("The host's answer is malformed");
    checkAddress(name);
    return new SubjectLink(connection, from, to, () => {
      host = name;
    });
  };
}
