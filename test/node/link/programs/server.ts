/** Serves on a port of TCP, which it prints. */
import { createServer, type AddressInfo } from "node:net";

import { Host } from "coroutine-channels/link";
import { byteLink } from "coroutine-channels/socket";

import { channels, streams } from "./services.ts";

const host = new Host({ open: (session) => session.serve(channels).serveStream(streams) });
const listener = createServer((socket) => host.accept(byteLink(socket)));
listener.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log((listener.address() as AddressInfo).port);
});
