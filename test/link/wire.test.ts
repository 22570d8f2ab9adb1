/** What a session says on its links, and when, on a clock that the test drives. */
import type { Client } from "coroutine-channels";
import { Host, LinkClosed, Session } from "coroutine-channels/link";
import type { Observed } from "coroutine-channels/link";
import { expect, test } from "vitest";

import { deferred } from "../support/deferred.ts";
import { settled } from "../support/settled.ts";
import { dialled, failure, type Dialled } from "./dialled.ts";
import { DrivenClock } from "./driven-clock.ts";
import { SilentLink } from "./silent-link.ts";

const numbers = (session: Session): Client<number> => session.client<number>("numbers");

test("a conversation in frames", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  const link = links[0]!;
  const id: unknown = link.sent[0]![2];
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(link.take()).toEqual([[0, 1, id, 0]]);
  const client = session.client<string, number>("letters", { from: 1 });
  const first = client.receive();
  await settled();
  expect(link.take()).toEqual([]);
  link.says(0, 1, "host", 0);
  await settled();
  expect(link.take()).toEqual([[1, 1, 0, 1, 0, "letters", 1, undefined, { from: 1 }]]);
  link.says(6, 1, 1, 1, 1, ["A"]);
  expect(await first).toBe("A");
  const second = client.send(5);
  await settled();
  expect(link.take()).toEqual([[2, 2, 1, 1, 1, 5]]);
  link.says(6, 2, 2, 1, 2, ["B"]);
  expect(await second).toBe("B");
  const leaving = client.return();
  await settled();
  expect(link.take()).toEqual([[4, 3, 2, 1]]);
  link.says(7, 3, 3, 1, 3);
  expect(await leaving).toEqual({ value: undefined, done: true });
  link.says(9, 3, 1);
  expect(link.take()).toEqual([[9, 3]]);
  void session.close();
  expect(link.take()).toEqual([[10, "closed"]]);
  expect(link.closed).toBe(true);
});

test("on the next link, what has not arrived is sent again, and what has arrived is not", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const one = numbers(session).next();
  const two = numbers(session).next();
  await settled();
  expect(links[0]!.take().map(([type, n]) => [type, n])).toEqual([
    [0, 1],
    [1, 1],
    [1, 2],
  ]);
  links[0]!.dies();
  expect(session.connected).toBe(false);
  await clock.pass(1);
  const link = links[1]!;
  expect(link.take()).toEqual([[0, 1, expect.any(String), 0]]);
  // What comes before HELLO is from elsewhere.
  link.says(6, 1, 1, 1, 1, [99]);
  link.says(0, 1, "host", 1);
  expect(link.take()).toEqual([
    [1, 2, 0, 2, 0, "numbers", 1],
    [9, 0, 1],
  ]);
  link.says(6, 1, 2, 1, 1, [7]);
  link.says(6, 1, 2, 1, 1, [8]);
  link.says(6, 2, 2, 2, 1, [9]);
  expect(await one).toEqual({ value: 7, done: false });
  expect(await two).toEqual({ value: 9, done: false });
});

test("what is answered while frames are sent again goes out behind them", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const call = failure(numbers(session).next());
  await settled();
  links[0]!.dies();
  await clock.pass(1);
  const link = links[1]!;
  link.take();
  const send = link.send.bind(link);
  link.send = (frame) => {
    send(frame);
    // A link may bring what the other side says to a frame before it comes back from sending that.
    if ((frame as unknown[])[0] === 1) link.says(1, 1, 1, 1, 0, "unknown", 1);
  };
  link.says(0, 1, "host", 0);
  expect(link.take().map(([type, n]) => [type, n])).toEqual([
    [1, 1],
    [8, 2],
    [9, 1],
  ]);
  await session.close();
  expect(await call).toBeInstanceOf(LinkClosed);
});

test("a link that throws when it is to send has died, whatever that was", async () => {
  const { session, links, clock } = dialled({}, 1000);
  await clock.pass(1);
  const breaks = (link: SilentLink, type: number): void => {
    const send = link.send.bind(link);
    link.send = (frame) => {
      if ((frame as unknown[])[0] === type) throw new Error("broken");
      send(frame);
    };
  };
  links[0]!.says(0, 1, "host", 0);
  const call = numbers(session).next();
  await settled();
  // Asked for a sign of life.
  breaks(links[0]!, 9);
  links[0]!.says(9, 0, 1);
  await clock.pass(1);
  // When it is to send again what has not arrived.
  breaks(links[1]!, 1);
  links[1]!.says(0, 1, "host", 0);
  await clock.pass(250);
  // When it asks for a sign of life itself, after a silence.
  links[2]!.says(0, 1, "host", 1);
  links[2]!.says(9, 1);
  breaks(links[2]!, 9);
  await clock.pass(1000);
  expect(session.connected).toBe(false);
  await clock.pass(5000);
  links[3]!.says(0, 1, "host", 1);
  links[3]!.says(6, 1, 1, 1, 1, [7]);
  expect(await call).toEqual({ value: 7, done: false });
  await session.close();
});

test("a gap, or an answer that shows one, cuts the link and resumes", async () => {
  const { session, links, clock } = dialled({}, 1000);
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const first = numbers(session).next();
  await settled();
  links[0]!.says(6, 2, 1, 1, 1, [7]);
  expect(links[0]!.closed).toBe(true);
  await clock.pass(1);
  links[1]!.says(0, 1, "host", 0);
  expect(links[1]!.take().map(([type]) => type)).toEqual([0, 1, 9]);
  // The PING asks what has arrived: not all that was sent before it.
  links[1]!.says(9, 0);
  expect(links[1]!.closed).toBe(true);
  await clock.pass(250);
  links[2]!.says(0, 1, "host", 1);
  links[2]!.says(6, 1, 1, 1, 1, [7]);
  expect(await first).toEqual({ value: 7, done: false });
});

/** The last link dies, and another is dialled. @returns After how many milliseconds. */
async function redialled({ links, clock, times }: Dialled): Promise<number> {
  const { length } = links;
  const died = clock.now();
  links.at(-1)!.dies(new Error("cut"));
  await clock.until(() => links.length > length);
  return times.at(-1)! - died;
}

test("links that come up and are of no use are dialled in ever longer intervals", async () => {
  const dialling = dialled();
  const { session, links, clock } = dialling;
  await clock.pass(1);
  const pauses = async (count: number): Promise<number[]> => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) {
      links.at(-1)!.says(0, 1, "host", 0);
      all.push(await redialled(dialling));
    }
    return all;
  };
  expect(await pauses(7)).toEqual([0, 250, 500, 1000, 2000, 4000, 5000]);
  // One on which something gets through, or that lasts, is of use.
  links.at(-1)!.says(0, 1, "host", 0);
  links.at(-1)!.says(1, 1, 0, 1, 0, "numbers", 1);
  expect(await redialled(dialling)).toBe(0);
  expect(await pauses(3)).toEqual([250, 500, 1000]);
  links.at(-1)!.says(0, 1, "host", 1);
  await clock.pass(5000);
  expect(await redialled(dialling)).toBe(0);
  await session.close();
});

test("a frame that kills every link on which it is sent ends the session", async () => {
  const dialling = dialled({ grace: Infinity });
  const { session, links, clock } = dialling;
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const call = failure(numbers(session).next());
  await settled();
  for (let i = 1; i < 100; i++) {
    await redialled(dialling);
    links[i]!.says(0, 1, "host", 0);
  }
  links[99]!.dies(new Error("too long"));
  const error = (await call) as LinkClosed;
  expect(error).toBeInstanceOf(LinkClosed);
  expect(error.message).toContain("100 links");
  expect(error.cause).toEqual(new Error("too long"));
});

test("the loss of the last frame is noticed, though the other side keeps asking", async () => {
  const { session, links, clock } = dialled({}, 1000);
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  void numbers(session)
    .next()
    .catch(() => {});
  await settled();
  for (let i = 0; i < 4 && links.length === 1; i++) {
    for (const frame of links[0]!.take()) if (frame[0] === 9 && frame[2]) links[0]!.says(9, 0);
    links[0]!.says(9, 0, 1);
    await clock.pass(500);
  }
  expect(links.length).toBe(2);
});

test("silence is asked about, and then the link is given up", async () => {
  const { links, clock } = dialled({}, 1000);
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  links[0]!.take();
  await clock.pass(990);
  expect(links[0]!.take()).toEqual([]);
  await clock.pass(20);
  expect(links[0]!.take()).toEqual([[9, 0, 1]]);
  links[0]!.says(9, 0);
  await clock.pass(1010);
  expect(links[0]!.take()).toEqual([[9, 0, 1]]);
  await clock.pass(1010);
  expect(links[0]!.closed).toBe(true);
  expect(links.length).toBe(2);
});

test("it dials at once, and then in ever longer intervals, until the grace is over", async () => {
  const clock = new DrivenClock(() => 1);
  const times: number[] = [];
  const why = new Error("nobody there");
  const session = new Session(
    () => {
      times.push(clock.now());
      throw why;
    },
    { clock },
  );
  const call = failure(numbers(session).next());
  await clock.pass(40_000);
  expect(times).toEqual([0, 0, 250, 750, 1750, 3750, 7750, 12_750, 17_750, 22_750, 27_750]);
  const error = await call;
  expect(error).toBeInstanceOf(LinkClosed);
  expect((error as LinkClosed).cause).toBe(why);
  expect(clock.timers).toBe(0);
});

test("the grace ends with HELLO, and not with a connection", async () => {
  const { session, links, clock } = dialled();
  const call = failure(numbers(session).next());
  await clock.pass(30_010);
  expect(await call).toBeInstanceOf(LinkClosed);
  // It has waited for HELLO for ten seconds on each.
  expect(links.length).toBeGreaterThan(2);
  expect(links.every(({ closed }) => closed)).toBe(true);
  expect(clock.timers).toBe(0);
});

test("another host than before resumes nothing", async () => {
  for (const [id, received] of [
    ["other", 0],
    ["host", 0],
    ["host", 9],
  ] as const) {
    const { session, links, clock } = dialled();
    await clock.pass(1);
    links[0]!.says(0, 1, "host", 0);
    const client = numbers(session);
    const first = client.next();
    await settled();
    links[0]!.says(6, 1, 1, 1, 1, [1]);
    await first;
    const second = failure(client.next());
    await settled();
    links[0]!.dies();
    await clock.pass(1);
    links[1]!.says(0, 1, id, received);
    expect(await second).toBeInstanceOf(LinkClosed);
    expect(links[1]!.closed).toBe(true);
  }
});

test("another host is known by its name, though nothing has been acknowledged", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const call = failure(numbers(session).next());
  await settled();
  links[0]!.dies();
  await clock.pass(1);
  links[1]!.says(0, 1, "other", 0);
  expect(links[1]!.sent.at(-1)).toEqual([10, "unknown"]);
  expect(await call).toBeInstanceOf(LinkClosed);
});

test("a session that knows nothing of another's past says so", async () => {
  const link = new SilentLink();
  const session = new Session(link, { clock: new DrivenClock() });
  link.says(0, 1, "secret", 4);
  expect(link.sent.at(-1)).toEqual([10, "unknown"]);
  expect(session.signal.aborted).toBe(true);
});

test("HELLO ends the grace, and the next loss begins another", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  await clock.pass(100_000);
  expect(session.connected).toBe(true);
  links[0]!.dies();
  await clock.pass(29_000);
  expect(session.signal.aborted).toBe(false);
  await clock.pass(2000);
  expect(session.signal.aborted).toBe(true);
});

test("a stream pauses while much is unread, and goes on when it has been read", async () => {
  const link = new SilentLink();
  const clock = new DrivenClock();
  const session = new Session(link, { clock });
  session.serveStream<number>("items", async (writer) => {
    for (let i = 0; ; i++) await writer.send(i);
  });
  link.says(0, 1, undefined, 0);
  await clock.pass(1);
  const items = (): number =>
    link.take().flatMap((frame) => (frame[0] === 6 ? (frame[5] as number[]) : [])).length;
  link.unsent = 5 * 2 ** 20;
  link.says(1, 1, 0, 1, 1, "items", 1000);
  await clock.pass(1);
  const sent = items();
  expect(sent).toBeLessThan(600);
  await clock.pass(1000);
  expect(items()).toBe(0);
  link.unsent = 0;
  link.says(9, 1);
  await clock.pass(1);
  expect(sent + items()).toBe(1000);
  link.unsent = 9 * 2 ** 20;
  link.says(9, 1, 1);
  expect(link.take().at(-1)).toEqual([10, "unread"]);
});

test("BYE ends the session, before HELLO, too", async () => {
  const { session, links, clock } = dialled();
  const call = failure(numbers(session).next());
  await clock.pass(1);
  links[0]!.says(10, "unauthorized");
  expect(String(await call)).toContain("unauthorized");
  expect(session.signal.aborted).toBe(true);
  await clock.pass(60_000);
  expect(links.length).toBe(1);
});

test("many frames in one direction are acknowledged when that is asked for", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  links[0]!.take();
  for (let i = 0; i < 200; i++)
    void numbers(session)
      .next()
      .catch(() => {});
  await settled();
  const pings = links[0]!.take().flatMap(([type], i) => (type === 9 ? [i] : []));
  expect(pings).toEqual([64, 129, 194]);
});

const lies: [string, unknown, string][] = [
  ["no array", "HELLO", "no frame"],
  ["an error of the link", new RangeError("no bytes of mine"), "no bytes of mine"],
  ["an unknown type", [11], "a frame of no type"],
  ["a type that is no number", ["0"], "a frame of no type"],
  [
    "an acknowledgement of what was never sent",
    [6, 1, 9, 1, 1, [1]],
    "an acknowledgement of nothing",
  ],
  ["a number that is none", [6, 1.5, 1, 1, 1, [1]], "no count at 1, frame 6"],
  ["a negative number", [6, -1, 1, 1, 1, [1]], "no count at 1, frame 6"],
  ["a channel that was never opened", [6, 1, 1, 7, 1, [1]], "a channel that was never opened"],
  ["an answer that was not asked for", [6, 1, 1, 1, 5, [1]], "an answer to nothing"],
  ["more items than one", [6, 1, 1, 1, 1, [1, 2]], "an answer of several items"],
  ["no items", [6, 1, 1, 1, 1, []], "an answer of several items"],
  ["items that are none", [6, 1, 1, 1, 1, "items"], "malformed frame 6"],
  ["a PING that acknowledges too much", [9, 99], "an acknowledgement of nothing"],
  [
    "a request for a channel that was never opened",
    [2, 1, 1, 1, 1],
    "a channel that was never opened",
  ],
  ["a channel opened twice", [1, 1, 1, 0, 0, "numbers", 1], "a channel opened twice"],
  ["a name that is none", [1, 1, 1, 1, 0, 7, 1], "malformed frame 1"],
];

test.each(lies)("%s ends the session", async (_what, frame, why) => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const call = failure(numbers(session).next());
  await settled();
  links[0]!.take();
  links[0]!.onframe?.(frame);
  const error = await call;
  expect(error).toBeInstanceOf(LinkClosed);
  expect((error as Error).message).toBe(`The other side broke the protocol: ${why}`);
  expect((error as Error).cause).toMatchObject({ name: "Violation", message: why });
  expect(links[0]!.take()).toEqual([[10, "protocol"]]);
  expect(links[0]!.closed).toBe(true);
});

test("what has crossed the end of a channel is not looked at", async () => {
  const link = new SilentLink();
  const clock = new DrivenClock();
  const session = new Session(link, { clock });
  session.serve<number>("numbers", async () => {});
  link.says(0, 1, undefined, 0);
  await clock.pass(1);
  link.says(1, 1, 0, 1, 0, "numbers", 1);
  await settled();
  expect(link.take().at(-1)).toEqual([7, 1, 1, 1, 1]);
  link.says(4, 2, 0, 1);
  link.says(9, 1, 1);
  expect(link.take()).toEqual([[9, 2]]);
});

test("a session over one link says HELLO without a name, and ends with the link", async () => {
  const link = new SilentLink();
  const clock = new DrivenClock();
  const session = new Session(link, { clock });
  expect(link.take()).toEqual([[0, 1, undefined, 0]]);
  link.says(0, 1, undefined, 0);
  await clock.pass(1);
  const call = failure(numbers(session).next());
  await settled();
  link.dies(new Error("pulled out"));
  expect(((await call) as LinkClosed).cause).toEqual(new Error("pulled out"));
});

test("HELLO may have null for what is absent, as other encoders write: such a session ends with its link", async () => {
  const clock = new DrivenClock();
  const link = new SilentLink();
  let opened!: Session;
  const host = new Host({ clock, open: (session) => void (opened = session) });
  host.accept(link);
  link.says(0, 1, null, 0);
  await settled();
  expect(link.take()).toEqual([[0, 1, expect.any(String), 0]]);
  expect(opened.connected).toBe(true);
  link.dies();
  expect(opened.signal.aborted).toBe(true);
});

/** A host that serves numbers, and a link on which the first of them has been asked for. */
async function hosting(upTo = Infinity): Promise<{
  clock: DrivenClock;
  host: Host;
  sessions: Session[];
  one: SilentLink;
}> {
  const clock = new DrivenClock();
  const sessions: Session[] = [];
  const host = new Host({
    clock,
    open: (session) => {
      sessions.push(session);
      session.serve<number>("numbers", async (server) => {
        for (let i = 0; i < upTo; i++) await server.send(i);
      });
    },
  });
  const one = new SilentLink();
  host.accept(one);
  one.says(0, 1, "secret", 0);
  await clock.pass(1);
  one.says(1, 1, 0, 1, 0, "numbers", 1);
  await settled();
  return { clock, host, sessions, one };
}

test("a host makes a session for each new name, and gives it the next link", async () => {
  const { clock, host, sessions, one } = await hosting();
  expect(one.take()).toEqual([
    [0, 1, expect.stringMatching(/^[0-9a-f]{32}$/), 0],
    [6, 1, 1, 1, 1, [0]],
  ]);
  one.dies();
  const two = new SilentLink();
  host.accept(two);
  two.says(0, 1, "secret", 0);
  expect(two.take().map(([type, ...rest]) => [type, rest.at(-1)])).toEqual([
    [0, 1],
    [6, [0]],
    [9, 1],
  ]);
  expect(sessions).toHaveLength(1);
  // A name that it does not know, of a session that has begun elsewhere.
  const three = new SilentLink();
  host.accept(three);
  three.says(0, 1, "unknown", 4);
  expect(three.take()).toEqual([[10, "unknown"]]);
  expect(three.closed).toBe(true);
  // The first frame is HELLO, and it comes in time.
  const four = new SilentLink();
  host.accept(four);
  four.says(9, 0, 1);
  expect(four.take()).toEqual([[10, "protocol"]]);
  const five = new SilentLink();
  host.accept(five);
  await clock.pass(10_000);
  expect(five.take()).toEqual([[10, "handshake"]]);
  void host.close();
  const six = new SilentLink();
  host.accept(six);
  expect(six.take()).toEqual([[10, "closed"]]);
  expect(two.closed).toBe(true);
});

test("a host that closes gives the conversations that go on their next links, and takes nobody else", async () => {
  const { host, one } = await hosting(2);
  const closed = host.close(1000);
  one.dies();
  const stranger = new SilentLink();
  host.accept(stranger);
  stranger.says(0, 1, "another", 0);
  expect(stranger.take()).toEqual([[10, "closed"]]);
  const two = new SilentLink();
  host.accept(two);
  two.says(0, 1, "secret", 1);
  expect(two.take()).toEqual([[0, 1, expect.any(String), 1]]);
  two.says(2, 2, 1, 1, 1);
  await settled();
  two.says(2, 3, 2, 1, 1);
  await closed;
  expect(two.take().map(([type]) => type)).toEqual([6, 7, 10]);
  const late = new SilentLink();
  host.accept(late);
  expect(late.take()).toEqual([[10, "closed"]]);
});

test("a link that replaces one which still seems to be there", async () => {
  const clock = new DrivenClock();
  const host = new Host({ clock, open: () => {} });
  const one = new SilentLink();
  host.accept(one);
  one.says(0, 1, "secret", 0);
  const two = new SilentLink();
  host.accept(two);
  two.says(0, 1, "secret", 0);
  expect([one.closed, two.closed]).toEqual([true, false]);
});

test("a link whose HELLO is older than what has come since on another is no link", async () => {
  const { host, one } = await hosting();
  one.says(9, 1);
  one.take();
  // It was dialled before the first, and has been under way for long.
  const late = new SilentLink();
  host.accept(late);
  late.says(0, 1, "secret", 0);
  expect([late.closed, late.take()]).toEqual([true, []]);
  one.says(2, 2, 1, 1, 1);
  await settled();
  expect(one.take()).toEqual([[6, 2, 2, 1, 2, [1]]]);
});

test("who is not authorized is told, for a link that resumes, too", async () => {
  const clock = new DrivenClock();
  const peers: unknown[] = [];
  const host = new Host({
    clock,
    authenticate: async (auth) => {
      await Promise.resolve();
      if (auth !== "token") throw new Error("who is there?");
      return "Ann";
    },
    open: (_session, peer) => peers.push(peer),
  });
  const hello = async (auth: unknown): Promise<SilentLink> => {
    const link = new SilentLink();
    host.accept(link);
    link.says(0, 1, "secret", 0, auth);
    await settled();
    return link;
  };
  expect((await hello("wrong")).sent).toEqual([[10, "unauthorized"]]);
  expect((await hello("token")).sent).toEqual([[0, 1, expect.any(String), 0]]);
  expect((await hello(undefined)).sent).toEqual([[10, "unauthorized"]]);
  expect((await hello("token")).sent).toEqual([[0, 1, expect.any(String), 0]]);
  expect(peers).toEqual(["Ann"]);
});

test("a link that throws when it is told why it is refused is closed", () => {
  const host = new Host({ open: () => {} });
  const link = new SilentLink();
  link.send = () => {
    throw new Error("broken");
  };
  host.accept(link);
  link.says(9, 0);
  expect(link.closed).toBe(true);
});

test("a link that throws when it is closed disturbs nobody", async () => {
  const closing = (): SilentLink => {
    const link = new SilentLink();
    link.close = () => {
      throw new Error("broken");
    };
    return link;
  };
  const clock = new DrivenClock();
  const refused = closing();
  const host = new Host({ clock, authenticate: () => Promise.reject(), open: () => {} });
  host.accept(refused);
  refused.says(0, 1, "secret", 0);
  const session = new Session(closing(), { clock });
  const unknown = new Session(closing(), { clock, auth: () => Promise.reject() });
  await settled();
  expect(refused.take()).toEqual([[10, "unauthorized"]]);
  expect(unknown.signal.aborted).toBe(true);
  await Promise.all([session.close(), host.close()]);
});

test("auth is asked of a session over one link, too, and its error ends it", async () => {
  const link = new SilentLink();
  const session = new Session(link, { clock: new DrivenClock(), auth: async () => "token" });
  await settled();
  expect(link.take()).toEqual([[0, 1, undefined, 0, "token"]]);
  await session.close();
  const other = new SilentLink();
  const failing = new Session(other, {
    clock: new DrivenClock(),
    auth: () => Promise.reject(new Error("no token")),
  });
  await settled();
  expect(failing.signal.reason).toMatchObject({ cause: new Error("no token") });
  expect(other.closed).toBe(true);
});

test("a host that cannot open a session refuses it, at once or later, and says why to who looks", async () => {
  for (const open of [
    () => {
      throw new Error("no database");
    },
    () => Promise.reject(new Error("no database")),
  ]) {
    const seen: Observed[] = [];
    const link = new SilentLink();
    const host = new Host({ clock: new DrivenClock(), open, observe: (event) => seen.push(event) });
    host.accept(link);
    link.says(0, 1, "secret", 0);
    await settled();
    expect(link.take().at(-1)).toEqual([10, "refused"]);
    expect(link.closed).toBe(true);
    expect(seen.at(-1)).toMatchObject({ type: "over", cause: { cause: new Error("no database") } });
    await host.close();
  }
});

test("a host that is closed has let go of those who have not said who they are, or are not known yet", async () => {
  const host = new Host({
    clock: new DrivenClock(),
    authenticate: () => new Promise<never>(() => {}),
    open: () => {},
  });
  const silent = new SilentLink();
  const unknown = new SilentLink();
  host.accept(silent);
  host.accept(unknown);
  unknown.says(0, 1, "secret", 0);
  await settled();
  await host.close();
  expect([silent, unknown].map((link) => [link.take(), link.closed])).toEqual([
    [[[10, "closed"]], true],
    [[[10, "closed"]], true],
  ]);
});

test("who is being found out about may take longer than a HELLO", async () => {
  const clock = new DrivenClock();
  const known = deferred<string>();
  const host = new Host({ clock, authenticate: () => known.promise, open: () => {} });
  const link = new SilentLink();
  host.accept(link);
  link.says(0, 1, "secret", 0);
  await clock.pass(20_000);
  known.resolve("Ann");
  await settled();
  expect(link.take()).toEqual([[0, 1, expect.any(String), 0]]);
  await host.close();
});

test("auth is asked at every dial", async () => {
  let count = 0;
  const { links, clock } = dialled({ auth: async () => `token ${++count}` });
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  links[0]!.dies();
  await clock.pass(1);
  expect(links.map(({ sent }) => sent[0]!.at(-1))).toEqual(["token 1", "token 2"]);
});

test("closing lets what was asked before come to its end, though it has not been sent", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  const before = numbers(session).next();
  const items = session.reader<number>("items").read(1);
  const closing = session.close(1000);
  await expect(numbers(session).next()).rejects.toThrow(RangeError);
  const link = links[0]!;
  link.says(0, 1, "host", 0);
  await settled();
  expect(link.take().slice(1)).toEqual([
    [1, 1, 0, 1, 0, "numbers", 1],
    [1, 2, 0, 2, 1, "items", 1],
  ]);
  link.says(7, 1, 1, 1, 1, "end");
  link.says(6, 2, 2, 2, 0, [5]);
  link.says(7, 3, 2, 2, 0);
  expect([await before, await items]).toEqual([{ value: "end", done: true }, [5]]);
  await closing;
});

test("a channel that is never begun, since its signal aborts, holds no closing", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const controller = new AbortController();
  const { signal } = controller;
  const call = failure(session.client("numbers", undefined, { signal }).next());
  controller.abort(new Error("enough"));
  const closing = session.close(1000);
  expect(await call).toEqual(new Error("enough"));
  await closing;
  expect(clock.now()).toBe(1);
});

test("closing lets conversations end, as long as that takes, but begins none", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const client = numbers(session);
  const first = client.next();
  await settled();
  let over = false;
  const closing = session.close(1000).then(() => {
    over = true;
  });
  await expect(numbers(session).next()).rejects.toThrow(RangeError);
  links[0]!.says(1, 1, 1, 1, 0, "numbers", 1);
  expect(links[0]!.take().at(-1)!.slice(0, 5)).toEqual([8, 2, 1, 1, 1]);
  links[0]!.says(6, 2, 1, 1, 1, [1]);
  expect(await first).toEqual({ value: 1, done: false });
  expect(over).toBe(false);
  const left = client.return();
  await settled();
  links[0]!.says(7, 3, 3, 1, 2);
  expect(await left).toEqual({ value: undefined, done: true });
  await closing;
  expect(clock.now()).toBeLessThan(900);
  expect(clock.timers).toBe(0);
});

test("closing ends conversations when their time is over", async () => {
  const { session, links, clock } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const first = failure(numbers(session).next());
  await settled();
  const closing = session.close(1000);
  await clock.pass(1001);
  await closing;
  expect(await first).toBeInstanceOf(LinkClosed);
  expect(await failure(numbers(session).next())).toBeInstanceOf(LinkClosed);
});

test("what is observed", async () => {
  const events: Observed[] = [];
  const { session, links, clock } = dialled({ observe: (event) => events.push(event) });
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const first = numbers(session).next();
  await settled();
  links[0]!.says(7, 1, 1, 1, 1);
  await first;
  links[0]!.dies();
  await session.close();
  expect(
    events.map(({ type, ...rest }) =>
      "service" in rest
        ? `${type} ${rest.service} ${rest.ch} ${rest.far}`
        : "frame" in rest
          ? `${type} ${rest.frame}`
          : type,
    ),
  ).toEqual([
    "sent 0",
    "received 0",
    "up",
    "open numbers 1 true",
    "sent 1",
    "received 7",
    "end numbers 1 true",
    "down",
    "over",
  ]);
  expect(JSON.stringify(events)).not.toMatch(/[0-9a-f]{32}/);
});
