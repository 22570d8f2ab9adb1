/** One program for each contender and way: it takes so many items from the other thread. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";

import { connect as connectToNats } from "@nats-io/transport-node";
import { newMessagePortRpcSession, newWebSocketRpcSession } from "capnweb";
import { wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { WebSocket } from "ws";

import { NatsServer } from "../../test/node/link/nats-server.ts";
import { batch, window, type Item } from "./item.ts";
import { byteLink, natsLink, portLink, Session, webSocketLink } from "./library.ts";

export type Program = (count: number) => Promise<unknown>;

export interface OtherSide {
  /** By contender, and then by what is asked for. */
  readonly programs: Readonly<Record<string, Readonly<Record<string, Program>>>>;
  /** Over TCP, through a proxy that delays each byte by half of this round-trip time: by how many items may be under way. */
  throughDelay(roundTrip: number, ahead: number): Program;
  close(): Promise<void>;
}

interface Plain {
  one(): Promise<Item>;
  many(): Promise<Item[]>;
}

const each = async (count: number, act: () => Promise<unknown>, size = 1): Promise<void> => {
  for (let done = 0; done < count; done += size) await act();
};

const callers = (transport: string, { one, many }: Plain): Record<string, Program> => ({
  [`${transport}, exact`]: (count) => each(count, one),
  [`${transport}, window`]: (count) => each(count, many, batch),
});

/** Takes items one by one, each when it is asked for. */
async function takeExactly(session: InstanceType<typeof Session>, count: number): Promise<void> {
  const client = session.client<Item>("exact");
  await each(count, () => client.receive());
  await client.return();
}

/** Takes items of which so many may be under way. */
async function takeAhead(
  session: InstanceType<typeof Session>,
  count: number,
  prefetch: number,
): Promise<void> {
  let taken = 0;
  for await (const loan of session.reader<Item>("many", undefined, { prefetch }).batches()) {
    for (const _ of loan) taken++;
    if (taken >= count) break;
  }
}

export async function openOtherSide(): Promise<OtherSide> {
  const names = ["raw", "ours", "comlink", "capnweb", "transferred"] as const;
  const channels = Object.fromEntries(names.map((name) => [name, new MessageChannel()]));
  const far = Object.fromEntries(names.map((name) => [name, channels[name]!.port2]));
  const near = Object.fromEntries(names.map((name) => [name, channels[name]!.port1]));
  // Where there is none, the others are measured without it.
  const nats = await new NatsServer().start().catch(() => undefined);
  const worker = new Worker(new URL("other-side.ts", import.meta.url), {
    workerData: { ports: far, nats: nats?.server },
    transferList: Object.values(far),
  });
  const [served] = (await once(worker, "message")) as [
    { ours: number; raw: number; webSockets: number },
  ];
  const webSocket = (path: string): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${served.webSockets}/${path}`, { perMessageDeflate: false });

  const sessions = {
    worker: new Session(portLink(near["ours"]!)),
    TCP: new Session(() => byteLink(connect(served.ours, "127.0.0.1").setNoDelay())),
    WebSocket: new Session(() => webSocketLink(webSocket("ours"))),
  };
  const others: InstanceType<typeof Session>[] = [];

  const raw = near["raw"]!;
  const comlink = wrap(nodeEndpoint(near["comlink"]!)) as Plain;
  const capnweb = newMessagePortRpcSession(near["capnweb"]!) as Plain;
  const capnwebSocket = webSocket("capnweb");
  const capnwebOverSocket = newWebSocketRpcSession(capnwebSocket) as Plain;
  const socket = connect(served.raw, "127.0.0.1").setNoDelay();
  const rawWebSocket = webSocket("raw");
  await Promise.all([once(rawWebSocket, "open"), once(capnwebSocket, "open")]);

  const ofSession = (
    transport: string,
    session: InstanceType<typeof Session>,
  ): Record<string, Program> => ({
    [`${transport}, exact`]: (count) => takeExactly(session, count),
    [`${transport}, window`]: (count) => takeAhead(session, count, window),
  });
  const awaited = ({ one, many }: Plain): Plain => ({
    one: async () => await one(),
    many: async () => await many(),
  });

  const programs: Record<string, Record<string, Program>> = {
    raw: {
      ...callers(
        "worker",
        calls(
          raw,
          (what) => raw.postMessage(what, []),
          (item) => item,
        ),
      ),
      ...callers("TCP", rawSocket(socket)),
      ...callers(
        "WebSocket",
        calls(
          rawWebSocket,
          (what) => rawWebSocket.send(Buffer.of(what)),
          (text) => JSON.parse((text as Buffer).toString()),
        ),
      ),
    },
    ours: Object.assign(
      {},
      ...Object.entries(sessions).map(([transport, session]) => ofSession(transport, session)),
    ) as Record<string, Program>,
    comlink: callers("worker", { one: () => comlink.one(), many: () => comlink.many() }),
    capnweb: {
      ...callers("worker", awaited(capnweb)),
      ...callers("WebSocket", awaited(capnwebOverSocket)),
    },
    transferred: Object.fromEntries(
      [false, true].map((many): [string, Program] => [
        many ? "worker, window" : "worker, exact",
        async (count) => {
          near["transferred"]!.postMessage(many, []);
          const [stream] = (await once(near["transferred"]!, "message")) as [ReadableStream];
          const reader = stream.getReader();
          await each(count, () => reader.read(), many ? batch : 1);
          await reader.cancel();
        },
      ]),
    ),
  };

  const connection =
    nats && (await connectToNats({ servers: nats.server, maxReconnectAttempts: -1 }));
  if (connection !== undefined) {
    const session = new Session(natsLink(connection, "bench.ours"));
    others.push(session);
    const request = async (what: number): Promise<never> =>
      (await connection.request("bench.raw", Uint8Array.of(what))).json<never>();
    Object.assign(programs["ours"]!, ofSession("NATS", session));
    Object.assign(
      programs["raw"]!,
      callers("NATS", { one: () => request(1), many: () => request(2) }),
    );
  }

  return {
    programs,
    throughDelay(roundTrip, ahead) {
      const delayed = new Session(async () => {
        const port = await openProxy(served.ours, roundTrip / 2);
        return byteLink(connect(port, "127.0.0.1").setNoDelay());
      });
      others.push(delayed);
      return (count) =>
        ahead === 0 ? takeExactly(delayed, count) : takeAhead(delayed, count, ahead);
    },
    async close() {
      await Promise.all([...Object.values(sessions), ...others].map((each) => each.close()));
      await connection?.close();
      await nats?.stop();
      for (const each of [rawWebSocket, capnwebSocket]) each.terminate();
      socket.destroy();
      for (const port of Object.values(near)) port.close();
      await worker.terminate();
    },
  };
}

/** What comes in answers the call that waits. */
function calls(
  from: MessagePort | WebSocket,
  ask: (what: number) => void,
  read: (answer: unknown) => unknown,
): Plain {
  const call = (what: number) => (): Promise<never> =>
    new Promise((resolve) => {
      from.once("message", (answer: unknown) => resolve(read(answer) as never));
      ask(what);
    });
  return { one: call(1), many: call(2) };
}

function rawSocket(socket: Socket): Plain {
  const call = (what: number) => (): Promise<never> =>
    new Promise((resolve) => {
      let text = "";
      const hear = (bytes: Buffer): void => {
        text += bytes.toString();
        if (!text.endsWith("\n")) return;
        socket.off("data", hear);
        resolve(JSON.parse(text) as never);
      };
      socket.on("data", hear);
      socket.write(Buffer.of(what));
    });
  return { one: call(1), many: call(2) };
}

/** A proxy before a port of this machine that passes on, after so many milliseconds, what goes either way. */
async function openProxy(to: number, delay: number): Promise<number> {
  const proxy = createServer({ noDelay: true }, (client) => {
    const server = connect(to, "127.0.0.1").setNoDelay();
    const pass = (from: Socket, to: Socket): void => {
      from.on("error", () => to.destroy());
      from.on("data", (bytes) => setTimeout(() => to.write(bytes), delay));
      from.on("end", () => setTimeout(() => to.end(), delay));
    };
    pass(client, server);
    pass(server, client);
  });
  proxy.listen(0, "127.0.0.1").unref();
  await once(proxy, "listening");
  return (proxy.address() as AddressInfo).port;
}
