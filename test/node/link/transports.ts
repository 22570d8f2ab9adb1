/** Pairs of sessions over real transports, both sides in this process, and whether all that was sent has arrived. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";

import { connect as connectToNats } from "@nats-io/transport-node";
import {
  type Dial,
  Host,
  type HostOptions,
  type Link,
  Session,
  type SessionOptions,
} from "coroutine-channels/link";
import { natsLink, natsServe } from "coroutine-channels/nats";
import { portLink } from "coroutine-channels/port";
import { byteLink, webSocketLink } from "coroutine-channels/socket";
import { WebSocket, WebSocketServer } from "ws";

import { settled } from "../../support/settled.ts";

export interface Pair {
  readonly near: Session;
  readonly far: Session;
  /** Resolves when all that was sent has arrived, and nothing has followed from it. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** Stands between a session and its link. */
type Through = (link: Link) => Link;

const straight: Through = (link) => link;

/** Opens a pair. */
export type Transport = (options?: SessionOptions, through?: Through) => Promise<Pair>;

/** Counts what is under way. */
class Traffic {
  #sent = 0;
  #received = 0;

  readonly options: SessionOptions = {
    observe: ({ type }) => {
      if (type === "sent") this.#sent++;
      if (type === "received") this.#received++;
    },
  };

  async rest(): Promise<void> {
    for (let quiet = 0; quiet < 2;) {
      const sent = this.#sent;
      await settled();
      quiet = sent === this.#sent && this.#received === sent ? quiet + 1 : 0;
    }
  }
}

class HostThrough extends Host {
  readonly #through: Through;

  constructor(through: Through, options: HostOptions<unknown, unknown>) {
    super(options);
    this.#through = through;
  }

  override accept(link: Link): void {
    super.accept(this.#through(link));
  }
}

async function hosted(
  options: SessionOptions,
  through: Through,
  serve: (host: Host) => Promise<{ dial: Dial; close(): unknown }>,
): Promise<Pair> {
  const traffic = new Traffic();
  let opened!: (session: Session) => void;
  const far = new Promise<Session>((resolve) => {
    opened = resolve;
  });
  const both = { ...options, ...traffic.options };
  const host = new HostThrough(through, { ...both, open: (session) => opened(session) });
  const { dial, close } = await serve(host);
  const near = new Session(async () => through(await dial()), both);
  return {
    near,
    far: await far,
    rest: () => traffic.rest(),
    async close() {
      await near.close();
      await host.close();
      await close();
    },
  };
}

/** A new key, and a certificate for it that trusts itself. */
function selfSigned(address: string): string {
  const words = [
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ["-subj", `/CN=${address}`, "-addext", `subjectAltName=IP:${address}`],
    ["-keyout", "-", "-out", "-"],
  ];
  return execFileSync("openssl", words.flat(), {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

export const transports = {
  async MessageChannel(options = {}, through = straight) {
    const traffic = new Traffic();
    const { port1, port2 } = new MessageChannel();
    const both = { ...options, ...traffic.options };
    const near = new Session(through(portLink(port1)), both);
    const far = new Session(through(portLink(port2)), both);
    return { near, far, rest: () => traffic.rest(), close: () => near.close() };
  },

  TCP: (options = {}, through = straight) =>
    hosted(options, through, async (host) => {
      const listener = createServer((socket) => host.accept(byteLink(socket)));
      listener.listen(0, "127.0.0.1");
      await once(listener, "listening");
      const { port } = listener.address() as AddressInfo;
      return { dial: () => byteLink(connect(port, "127.0.0.1")), close: () => listener.close() };
    }),

  TLS: (options = {}, through = straight) =>
    hosted(options, through, async (host) => {
      const pem = selfSigned("127.0.0.1");
      const listener = tls.createServer({ key: pem, cert: pem }, (socket) =>
        host.accept(byteLink(socket)),
      );
      listener.listen(0, "127.0.0.1");
      await once(listener, "listening");
      const { port } = listener.address() as AddressInfo;
      return {
        dial: () => byteLink(tls.connect({ port, host: "127.0.0.1", ca: pem })),
        close: () => listener.close(),
      };
    }),

  "Unix socket": (options = {}, through = straight) =>
    hosted(options, through, async (host) => {
      const path = join(tmpdir(), `far-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
      const listener = createServer((socket) => host.accept(byteLink(socket)));
      listener.listen(path);
      await once(listener, "listening");
      return { dial: () => byteLink(connect(path)), close: () => listener.close() };
    }),

  "web streams": async (options = {}, through = straight) => {
    const traffic = new Traffic();
    const one = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    const two = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    const both = { ...options, ...traffic.options };
    const near = new Session(
      through(byteLink({ readable: one.readable, writable: two.writable })),
      both,
    );
    const far = new Session(
      through(byteLink({ readable: two.readable, writable: one.writable })),
      both,
    );
    return { near, far, rest: () => traffic.rest(), close: () => near.close() };
  },

  "WebSocket of ws": (options = {}, through = straight) =>
    hosted(options, through, async (host) => {
      const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
      await once(server, "listening");
      server.on("connection", (socket) => host.accept(webSocketLink(socket)));
      const { port } = server.address() as AddressInfo;
      return {
        dial: () => webSocketLink(new WebSocket(`ws://127.0.0.1:${port}`)),
        close: () => server.close(),
      };
    }),

  "WebSocket of the platform": (options = {}, through = straight) =>
    hosted(options, through, async (host) => {
      const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
      await once(server, "listening");
      server.on("connection", (socket) => host.accept(webSocketLink(socket)));
      const { port } = server.address() as AddressInfo;
      return {
        dial: () => webSocketLink(new globalThis.WebSocket(`ws://127.0.0.1:${port}`)),
        close: () => server.close(),
      };
    }),
} satisfies Record<string, Transport>;

/** Over a server of NATS. */
export function overNats(
  servers: string,
  options: SessionOptions = {},
  through = straight,
): Promise<Pair> {
  return hosted(options, through, async (host) => {
    const connection = await connectToNats({ servers, maxReconnectAttempts: -1 });
    const other = await connectToNats({ servers, maxReconnectAttempts: -1 });
    await natsServe(connection, "pairs", host);
    return {
      dial: natsLink(other, "pairs"),
      close: () => Promise.all([connection.close(), other.close()]),
    };
  });
}
