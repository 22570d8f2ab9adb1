/** One program for each contender and way: it takes so many items from the other thread. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { MessageChannel, Worker } from "node:worker_threads";

import { newMessagePortRpcSession } from "capnweb";
import { wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

import { batch, window, type Item } from "./item.ts";
import { byteLink, portLink, Session } from "./library.ts";

export type Program = (count: number) => Promise<unknown>;

export interface OtherSide {
  /** By contender, and then by what is asked for. */
  readonly programs: Readonly<Record<string, Readonly<Record<string, Program>>>>;
  /** Takes items through a proxy that delays each byte by half of this round-trip time. */
  throughDelay(roundTrip: number): Promise<Readonly<Record<string, Program>>>;
  close(): Promise<void>;
}

interface Plain {
  one(): Promise<Item>;
  many(): Promise<Item[]>;
}

const each = async (count: number, act: () => Promise<unknown>, size = 1): Promise<void> => {
  for (let done = 0; done < count; done += size) await act();
};

const callers = ({ one, many }: Plain): Record<string, Program> => ({
  "worker, exact": (count) => each(count, one),
  "worker, window": (count) => each(count, many, batch),
});

export async function openOtherSide(): Promise<OtherSide> {
  const names = ["raw", "ours", "comlink", "capnweb", "transferred"] as const;
  const channels = Object.fromEntries(names.map((name) => [name, new MessageChannel()]));
  const far = Object.fromEntries(names.map((name) => [name, channels[name]!.port2]));
  const near = Object.fromEntries(names.map((name) => [name, channels[name]!.port1]));
  const worker = new Worker(new URL("other-side.ts", import.meta.url), {
    workerData: far,
    transferList: Object.values(far),
  });
  const [tcp] = (await once(worker, "message")) as [
    { ours: number; raw: number },
  ];

  const session = new Session(portLink(near["ours"]!));
  const overTcp = new Session(() => byteLink(connect(tcp.ours, "127.0.0.1").setNoDelay()));
  const sessions = [session, overTcp];

  const raw = near["raw"]!;
  const rawCall = (many: boolean) => () =>
    new Promise<never>((resolve) => {
      raw.once("message", resolve);
      raw.postMessage(many);
    });
  const comlink = wrap<Plain>(nodeEndpoint(near["comlink"] as never)) as unknown as Plain;
  const capnweb = newMessagePortRpcSession(near["capnweb"] as never) as unknown as Plain;
  const socket = connect(tcp.raw, "127.0.0.1").setNoDelay();

  const ofSession = (open: Session, transport: string): Record<string, Program> => ({
    [`${transport}, exact`]: async (count) => {
      const client = open.client<Item>("exact");
      await each(count, () => client.receive());
      await client.return();
    },
    [`${transport}, window`]: async (count) => {
      const reader = open.reader<Item>("many", undefined, { prefetch: window });
      let taken = 0;
      for await (const loan of reader.batches()) {
        for (const _ of loan) taken++;
        if (taken >= count) break;
      }
    },
  });

  return {
    programs: {
      raw: {
        ...callers({ one: rawCall(false), many: rawCall(true) }),
        ...rawSocket(socket),
      },
      ours: { ...ofSession(session, "worker"), ...ofSession(overTcp, "TCP") },
      comlink: callers({ one: () => comlink.one(), many: () => comlink.many() }),
      capnweb: callers({
        one: async () => await capnweb.one(),
        many: async () => await capnweb.many(),
      }),
      transferred: Object.fromEntries(
        [false, true].map((many): [string, Program] => [
          many ? "worker, window" : "worker, exact",
          async (count) => {
            near["transferred"]!.postMessage(many);
            const [stream] = (await once(near["transferred"]!, "message")) as [ReadableStream];
            const reader = stream.getReader();
            await each(count, () => reader.read(), many ? batch : 1);
            await reader.cancel();
          },
        ]),
      ),
    },
    async throughDelay(roundTrip) {
      const proxy = createServer({ noDelay: true }, (client) => {
        const server = connect(tcp.ours, "127.0.0.1").setNoDelay();
        const pass = (from: Socket, to: Socket): void => {
          from.on("error", () => to.destroy());
          from.on("data", (bytes) => setTimeout(() => to.write(bytes), roundTrip / 2));
          from.on("end", () => setTimeout(() => to.end(), roundTrip / 2));
        };
        pass(client, server);
        pass(server, client);
      });
      proxy.listen(0, "127.0.0.1");
      await once(proxy, "listening");
      proxy.unref();
      const { port } = proxy.address() as AddressInfo;
      const delayed = new Session(() => byteLink(connect(port, "127.0.0.1").setNoDelay()));
      sessions.push(delayed);
      return ofSession(delayed, "TCP");
    },
    async close() {
      await Promise.all(sessions.map((each) => each.close()));
      socket.destroy();
      for (const port of Object.values(near)) port.close();
      await worker.terminate();
    },
  };
}

function rawSocket(socket: Socket): Record<string, Program> {
  const call = (what: number) => () =>
    new Promise((resolve) => {
      let text = "";
      const hear = (bytes: Buffer): void => {
        text += bytes.toString();
        if (!text.endsWith("\n")) return;
        socket.off("data", hear);
        resolve(JSON.parse(text));
      };
      socket.on("data", hear);
      socket.write(Buffer.of(what));
    });
  return {
    "TCP, exact": (count) => each(count, call(1)),
    "TCP, window": (count) => each(count, call(2), batch),
  };
}
