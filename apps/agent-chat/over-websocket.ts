// The same conversations over a WebSocket: a far end is a client of the agent like any other. What goes down and what comes up
// need not be joined, and it goes on where it was when the connection is lost.
import type { Server as HttpServer } from "node:http";

import type { Server } from "coroutine-channels";
import { Host } from "coroutine-channels/link";
import { webSocketLink } from "coroutine-channels/socket";
import { WebSocketServer } from "ws";

import type { Answer, Step } from "./agent.ts";

/** What the other side opens: this type is all that the two share. */
export interface Services {
  talk(person: Server<Step, Answer>, task: string): Promise<void>;
}

/** Serves conversations at `/talk`, but not to the pages of other servers, which a browser would let in. */
export function overWebSocket(server: HttpServer, services: Services) {
  const host = new Host({ open: (session) => session.serve({ ...services }) });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 2 ** 20 });
  server.on("upgrade", (request, socket, head) => {
    const { origin, host: name } = request.headers;
    const known = origin === undefined || origin === `http://${name}`;
    if (request.url !== "/talk" || !known) socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    else sockets.handleUpgrade(request, socket, head, (ws) => host.accept(webSocketLink(ws)));
  });
  return {
    /** Lets the conversations end. Whoever does not close its connection then is cut off after a second. */
    async close(within: number): Promise<void> {
      await host.close(within);
      for (const socket of sockets.clients) setTimeout(() => socket.terminate(), 1000).unref();
    },
  };
}
