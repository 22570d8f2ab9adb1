/** The other thread: it serves on as many ports as it is given, and on TCP, in the way of each contender. */
import { createServer, type AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";

import { RpcTarget, newMessagePortRpcSession } from "capnweb";
import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

import { byteLink, Host, portLink, Session } from "./library.ts";
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

const ports = workerData as Record<"raw" | "ours" | "comlink" | "capnweb" | "transferred", MessagePort>;
ports.raw.on("message", (many: boolean) => ports.raw.postMessage(many ? plain.many() : plain.one()));
new Session(portLink(ports.ours)).serve(channels).serveStream(streams);
expose(plain, nodeEndpoint(ports.comlink as never));
newMessagePortRpcSession(ports.capnweb as never, new Target());
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
ours.listen(0, "127.0.0.1", () => {
  raw.listen(0, "127.0.0.1", () => {
    const port = (server: typeof raw): number => (server.address() as AddressInfo).port;
    parentPort!.postMessage({ ours: port(ours), raw: port(raw) });
  });
});
