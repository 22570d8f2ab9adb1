import type { Msg, NatsConnection } from "@nats-io/nats-core";

import type { Host } from "../link.ts";
import { checkAddress, createInbox, isInbox, unique } from "./address.ts";
import { Connectivity } from "./connectivity.ts";
import { SubjectLink } from "./subject-link.ts";

/** Where a host is served. */
export interface NatsServing extends AsyncDisposable {
  /** Accepts no more links here. The sessions go on until the host is closed. */
  close(): Promise<void>;
}

/**
 * Serves a host at an address of NATS. New sessions are spread over all hosts at the address, and a session that lost its link
 * comes back to its own.
 *
 * @returns Resolves when it can be reached.
 * @throws `TypeError` for an address that is none, or a connection that gives up.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { Host } from "coroutine-channels/link";
 * import { natsServe } from "coroutine-channels/nats";
 *
 * async function serve(): Promise<void> {
 *   const connection = await connect({ maxReconnectAttempts: -1 });
 *   const host = new Host({
 *     open: (session) =>
 *       session.serve<string>("greet", async (server) => {
 *         await server.send("Hello");
 *       }),
 *   });
 *   await natsServe(connection, "orders.intake", host);
 * }
 * ```
 */
export async function natsServe<From, Peer>(
  connection: NatsConnection,
  address: string,
  host: Host<From, Peer>,
): Promise<NatsServing> {
  Connectivity.of(connection);
  checkAddress(address);
  const name = unique();
  const accept = (message: Msg): void => {
    const to = message.string();
    if (!isInbox(to)) return;
    const from = createInbox(connection);
    const link = new SubjectLink(connection, from, to);
    message.respond(`${from} ${name}`);
    (host as Host).accept(link, address);
  };
  const options = {
    callback: (error: Error | null, message: Msg) => {
      if (error === null) accept(message);
    },
  };
  const subscriptions = [
    connection.subscribe(address, { ...options, queue: address }),
    connection.subscribe(`${address}.${name}`, options),
  ];
  await connection.flush();
  const close = async (): Promise<void> => {
    if (connection.isClosed()) return;
    for (const subscription of subscriptions) subscription.unsubscribe();
    await connection.flush();
  };
  return { close, [Symbol.asyncDispose]: close };
}
