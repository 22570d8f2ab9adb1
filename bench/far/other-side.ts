/** The other thread: it serves on as many ports as it is given, on TCP, over WebSockets and NATS, in the way of each contender. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";

import { connect as connectToNats } from "@nats-io/transport-node";
import { RpcTarget, newMessagePortRpcSession, newWebSocketRpcSession } from "capnweb";
import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

import { WebSocketServer, type WebSocket } from "ws";

import { byteLink, Host, natsServe, portLink, Session, webSocketLink } from "./library.ts";
import { item, items, batch, type Item } from "./item.ts";
import type { Server, Writer } from "coroutine-channels";

const channels = {
  async exact(server: Server<Item>): Promise<void> {
    for (let i = 0; ; i++) await server.send(item(i));
  },
};
const streams = {
  async many(writer: Writer<Item>): Promise<void> {
    for (let i = 0; ; i += batch) await writer.write(items(i));
  },
};

let next = 0;
const plain = { one: () => item(next++), many: () => items(next++) };

class Target extends RpcTarget {
  one(): Item {
    return plain.one();
  }
  many(): Item[] {
    return plain.many();
  }
}

const { ports, nats } = workerData as {
  ports: Record<"raw" | "ours" | "comlink" | "capnweb" | "transferred", MessagePort>;
  nats: string | undefined;
};
ports.raw.on("message", (what: number) =>
  ports.raw.postMessage(what === 1 ? plain.one() : plain.many(), []),
);
new Session(portLink(ports.ours)).serve(channels).serveStream(streams);
expose(plain, nodeEndpoint(ports.comlink));
newMessagePortRpcSession(ports.capnweb, new Target());
ports.transferred.on("message", (many: boolean) => {
  const stream = new ReadableStream<Item | Item[]>(
    { pull: (controller) => controller.enqueue(many ? plain.many() : plain.one()) },
    { highWaterMark: 0 },
  );
  ports.transferred.postMessage(stream, [stream as never]);
});

const host = new Host({ open: (session) => session.serve(channels).serveStream(streams) });
const ours = createServer({ noDelay: true }, (socket) => host.accept(byteLink(socket)));
/** What TCP can do by itself: each byte asks for a line of JSON. */
const raw = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    for (const byte of bytes) {
      const answer = byte === 1 ? plain.one() : plain.many();
      socket.write(`${JSON.stringify(answer)}\n`);
    }
  });
});
/** The same over WebSockets, by the address that is dialled. */
const overWebSocket: Record<string, (socket: WebSocket) => void> = {
  "/ours": (socket) => host.accept(webSocketLink(socket)),
  "/raw": (socket) =>
    socket.on("message", (what: Buffer) => {
      socket.send(JSON.stringify(what[0] === 1 ? plain.one() : plain.many()));
    }),
  "/capnweb": (socket) => newWebSocketRpcSession(socket, new Target()),
};
const webSockets = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
webSockets.on("connection", (socket, { url }) => overWebSocket[url ?? ""]?.(socket));

if (nats !== undefined) {
  const connection = await connectToNats({ servers: nats, maxReconnectAttempts: -1 });
  await natsServe(connection, "bench.ours", host);
  connection.subscribe("bench.raw", {
    callback: (_, message) => {
      message.respond(JSON.stringify(message.data[0] === 1 ? plain.one() : plain.many()));
    },
  });
  await connection.flush();
}

const port = async (server: typeof raw | WebSocketServer): Promise<number> => {
  if (server.address() === null) await once(server, "listening");
  return (server.address() as AddressInfo).port;
};
ours.listen(0, "127.0.0.1");
raw.listen(0, "127.0.0.1");
parentPort!.postMessage(
  { ours: await port(ours), raw: await port(raw), webSockets: await port(webSockets) },
  [],
);
