/**
 * One of two machines that hold conversations both ways, for as long as they can: `machine.ts GRACE`, which prints its port,
 * or `machine.ts GRACE ADDRESS PORT`. It says line by line what happens to it.
 */
import { connect, createServer, type AddressInfo } from "node:net";

import { ChannelClosed, type Server, type Writer } from "coroutine-channels";
import { Host, LinkClosed, Session, type SessionOptions } from "coroutine-channels/link";
import { byteLink } from "coroutine-channels/socket";

const [grace, address, port] = process.argv.slice(2);

const say = (what: string): void => console.log(what);

/** How many items of each conversation have come since there was a link. */
let counts = [0, 0];

const options: SessionOptions = {
  heartbeat: 100,
  grace: Number(grace),
  limits: { handshake: 500 },
  observe(event) {
    const { type } = event;
    if (type === "up") counts = [0, 0];
    if (type === "up" || type === "down") say(type);
    if (type === "over") say(`over: ${(event.cause as LinkClosed).message}`);
  },
};

/** An item has come: this one, once, if nothing is wrong. */
function check(conversation: number, item: number, expected: number): void {
  if (item !== expected) say(`wrong: ${item} came for ${expected}`);
  counts[conversation]!++;
  if (counts.every((count) => count >= 100)) {
    counts = [-Infinity, -Infinity];
    say("goes on");
  }
}

/** Says how a conversation ends for this side of it. */
async function ending(who: string, conversation: () => Promise<void>): Promise<void> {
  try {
    await conversation();
    say(`wrong: ${who} has ended by itself`);
  } catch (error) {
    if (error instanceof LinkClosed) say(`${who}: LinkClosed`);
    else if (error instanceof ChannelClosed && error.cause instanceof LinkClosed) {
      say(`${who}: ChannelClosed by LinkClosed`);
    } else say(`wrong: ${who}: ${String(error)}`);
    throw error;
  }
}

const channels = {
  numbers: (server: Server<number, number>) =>
    ending("server", async () => {
      for (let i = 0; ; i++) check(0, await server.send(i), i);
    }),
};
const streams = {
  items: (writer: Writer<number>) =>
    ending("writer", async () => {
      for (let i = 0; ; i++) await writer.send(i);
    }),
};

function converse(session: Session): void {
  session.serve(channels).serveStream(streams);
  const client = session.client<number, number>("numbers");
  const reader = session.reader<number>("items", undefined, { prefetch: 64 });
  ending("client", async () => {
    let item = await client.receive();
    for (let i = 0; ; i++) {
      check(0, item, i);
      item = await client.send(i);
    }
  }).catch(() => {});
  ending("reader", async () => {
    let i = 0;
    for await (const item of reader) check(1, item, i++);
  }).catch(() => {});
}

if (address === undefined) {
  const host = new Host({ ...options, open: (session) => converse(session) });
  const listener = createServer((socket) => host.accept(byteLink(socket)));
  listener.listen(0, () => say(String((listener.address() as AddressInfo).port)));
} else converse(new Session(() => byteLink(connect(Number(port), address)), options));
