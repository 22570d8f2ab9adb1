/** How a session and a host deal with links that come late, fail, or are given up, on a clock that the test drives. */
import { Host, LinkClosed, Session } from "coroutine-channels/link";
import type { Frame, Link, Observed, SessionOptions } from "coroutine-channels/link";
import { expect, test } from "vitest";

import { deferred } from "../support/deferred.ts";
import { settled } from "../support/settled.ts";
import { dialled, failure } from "./dialled.ts";
import { DrivenClock } from "./driven-clock.ts";
import { SilentLink } from "./silent-link.ts";

test("a session that is closed while it asks for its token dials nothing", async () => {
  const clock = new DrivenClock();
  const token = deferred<string>();
  const { session, links } = dialled({ clock, auth: () => token.promise });
  await session.close();
  token.resolve("late");
  await settled();
  expect(links).toEqual([]);
});

test("a link that comes when the session is closed is closed, and one that fails is forgotten", async () => {
  const clock = new DrivenClock();
  for (const fails of [false, true]) {
    const dialling = deferred<Link>();
    const session = new Session(() => dialling.promise, { clock });
    await clock.pass(1);
    await session.close();
    const link = new SilentLink();
    if (fails) dialling.reject(new Error("too late"));
    else dialling.resolve(link);
    await settled();
    expect(link.closed).toBe(!fails);
    expect(link.sent).toEqual([]);
    expect(clock.timers).toBe(0);
  }
});

test("pauses between attempts are between half and all of what they may be", async () => {
  const times: number[] = [];
  const clock = new DrivenClock(() => 0);
  const dial = (): never => {
    times.push(clock.now());
    throw new Error("nobody there");
  };
  const session = new Session(dial, { clock });
  await clock.pass(4000);
  expect(times).toEqual([0, 0, 125, 375, 875, 1875, 3875]);
  await session.close();
});

test("a token that cannot be sent is a failed attempt", async () => {
  const tokens: unknown[] = [() => {}, "good"];
  const { links, clock, session } = dialled({ auth: () => tokens.shift() });
  await clock.pass(1);
  expect(links.map(({ closed }) => closed)).toEqual([true, false]);
  expect(links[1]!.sent).toEqual([[0, 1, expect.any(String), 0, "good"]]);
  expect(session.signal.aborted).toBe(false);
});

test("what cannot be sent is not numbered, and not sent on the next link", async () => {
  const { links, clock, session } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const refused = failure(session.client("numbers", () => {}).next());
  const first = session.client("numbers", 1).next();
  expect(await refused).toBeInstanceOf(DOMException);
  await settled();
  expect(links[0]!.take().at(-1)!.slice(0, 4)).toEqual([1, 1, 0, 2]);
  links[0]!.dies();
  await clock.pass(1);
  links[1]!.says(0, 1, "host", 0);
  expect(links[1]!.take().map((frame) => frame.slice(0, 2))).toEqual([
    [0, 1],
    [1, 1],
    [9, 0],
  ]);
  links[1]!.says(6, 1, 1, 2, 1, [7]);
  expect(await first).toEqual({ value: 7, done: false });
});

test("nothing is asked on a link before its HELLO", async () => {
  const { links, clock, session } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  links[0]!.dies();
  await clock.pass(1);
  for (let i = 0; i < 70; i++) void failure(session.client("numbers").next());
  await settled();
  expect(links[1]!.take()).toHaveLength(1);
  links[1]!.says(0, 1, "host", 0);
  const sent = links[1]!.take();
  expect(sent.filter(([type]) => type === 1)).toHaveLength(70);
  expect(sent.at(-1)).toEqual([9, 0, 1]);
});

test("who has just been heard is not asked", async () => {
  const { links, clock } = dialled({}, 1000);
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  await clock.pass(900);
  links[0]!.says(9, 0);
  links[0]!.take();
  await clock.pass(990);
  expect(links[0]!.take()).toEqual([]);
  await clock.pass(20);
  expect(links[0]!.take()).toEqual([[9, 0, 1]]);
});

test("whoever is silent is given up after two heartbeats, and after the grace for good", async () => {
  const [heartbeat, grace] = [1000, 5000];
  for (const owes of [false, true]) {
    for (let heard = 0; heard <= 2000; heard += 50) {
      const { links, clock, session } = dialled({ heartbeat, grace });
      await clock.pass(0);
      links[0]!.says(0, 1, "host", 0);
      const call = owes ? failure(session.client("numbers").next()) : undefined;
      // It is heard now and then, until it is frozen.
      while (clock.now() + 500 < heard) {
        await clock.pass(500);
        links[0]!.says(9, owes ? 1 : 0, 1);
      }
      await clock.pass(heard - clock.now());
      links[0]!.says(9, 0, 1);
      const frozen = clock.now();
      await clock.until(() => !session.connected);
      expect({ owes, heard, down: clock.now() - frozen }).toEqual({ owes, heard, down: 2000 });
      await clock.until(() => session.signal.aborted);
      expect({ owes, heard, over: clock.now() - frozen }).toEqual({ owes, heard, over: 7000 });
      if (call !== undefined) expect(await call).toBeInstanceOf(LinkClosed);
    }
  }
});

test("a heartbeat of 0 is none, and one that is given is instead of the link's", async () => {
  for (const [heartbeat, asks] of [
    [0, 0],
    [100, 1],
  ] as const) {
    const { links, clock, session } = dialled({ heartbeat }, 1000);
    await clock.pass(1);
    links[0]!.says(0, 1, "host", 0);
    await clock.pass(150);
    expect(links[0]!.take().filter(([type]) => type === 9)).toHaveLength(asks);
    await session.close();
    expect(clock.timers).toBe(0);
  }
});

test("a link without a heartbeat is never asked", async () => {
  const { links, clock, session } = dialled();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  expect(clock.timers).toBe(0);
  await session.close();
});

/** The sizes of frames are the test's to say. */
class SizedLink extends SilentLink {
  readonly size: (frame: Frame) => number;

  constructor(size: (frame: Frame) => number) {
    super();
    this.size = size;
  }

  encode(frame: Frame): Uint8Array {
    const bytes = new Uint8Array(this.size(frame));
    bytes.set([frame[0] as number, frame[1] as number]);
    return bytes;
  }
}

function sized(options: SessionOptions = {}): {
  session: Session;
  links: SizedLink[];
  clock: DrivenClock;
  next: { size: number };
} {
  const clock = new DrivenClock();
  const links: SizedLink[] = [];
  const next = { size: 100 };
  const dial = (): Link => {
    links.push(new SizedLink(() => next.size));
    return links.at(-1)!;
  };
  return { session: new Session(dial, { clock, ...options }), links, clock, next };
}

const pings = (link: SilentLink): number[] =>
  link.sent.flatMap((frame, i) => (Array.isArray(frame) && frame[0] === 9 ? [i] : []));

test("after so many bytes, an acknowledgement is asked for", async () => {
  const { session, links, clock, next } = sized();
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  next.size = 64 * 1024;
  for (let i = 1; i <= 8; i++) {
    void failure(session.client("numbers").next());
    await settled();
  }
  // HELLO is the first; then one behind each fourth.
  expect(pings(links[0]!)).toEqual([5, 10]);
});

test("what is kept counts as unread until it is acknowledged", async () => {
  const { session, links, clock, next } = sized({ limits: { unread: 1000 } });
  session.serve<number>("numbers", async (server) => {
    for (let i = 0; ; i++) await server.send(i);
  });
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  const asks = async (n: number): Promise<void> => {
    links[0]!.says(...(n === 1 ? [1, 1, 0, 1, 0, "numbers", 1] : [2, n, 0, 1, 1]));
    await settled();
  };
  next.size = 500;
  await asks(1);
  expect(pings(links[0]!)).toEqual([]);
  next.size = 2;
  await asks(2);
  // Above half, it asks what has been read.
  expect(pings(links[0]!)).toHaveLength(1);
  next.size = 498;
  await asks(3);
  expect(session.signal.aborted).toBe(false);
  // All but the last has been read.
  links[0]!.says(9, 2);
  next.size = 500;
  await asks(4);
  expect(session.signal.aborted).toBe(false);
  next.size = 3;
  await asks(5);
  expect(session.signal.reason).toEqual(
    new LinkClosed("The other side has not read the last 1001 bytes"),
  );
});

test("what could be encoded and not be sent is not kept", async () => {
  const { session, links, clock, next } = sized({ limits: { unread: 1000 } });
  await clock.pass(1);
  const link = links[0]!;
  link.says(0, 1, "host", 0);
  next.size = 400;
  const send = link.send.bind(link);
  link.send = () => {
    throw new RangeError("not this time");
  };
  for (let i = 0; i < 5; i++) {
    const call = failure(session.client("numbers").next());
    expect(await call).toEqual(new RangeError("not this time"));
  }
  link.send = send;
  void failure(session.client("numbers").next());
  await settled();
  expect(link.sent.at(-1)).toMatchObject({ 0: 1, 1: 1, length: 400 });
  expect(pings(link)).toEqual([]);
  await session.close();
});

test("a link that was given up says nothing any more, whatever it does", async () => {
  const { links, clock, session } = dialled();
  await clock.pass(1);
  const [first] = links;
  const { onclose, onframe } = first!;
  first!.says(0, 1, "host", 0);
  first!.dies();
  await clock.pass(1);
  links[1]!.says(0, 1, "host", 0);
  onframe!([10, "closed"]);
  onclose!(new Error("late"));
  expect([session.connected, links[1]!.closed]).toEqual([true, false]);
  await session.close();
});

test("an item that is more than half of what may be unread is refused, and its sender told", async () => {
  const { session, links, clock, next } = sized({ limits: { unread: 1000 } });
  let told: unknown;
  session.serve<number>("numbers", async (server) => {
    await server.send(1).catch((error: unknown) => {
      told = error;
      next.size = 500;
    });
    await server.send(2);
  });
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  next.size = 501;
  links[0]!.says(1, 1, 0, 1, 0, "numbers", 1);
  await settled();
  expect(told).toEqual(
    new RangeError("A frame of 501 bytes is above half of what may wait to be read"),
  );
  expect(links[0]!.sent).toHaveLength(2);
});

test("items that are too large together go in parts, and wait for room in between", async () => {
  const clock = new DrivenClock();
  const link = new SizedLink(([type, , , , , items]) =>
    type === 6 ? 450 * (items as unknown[]).length : 200,
  );
  const session = new Session(() => link, { clock, limits: { unread: 2000 } });
  session.serveStream<number>("items", (writer) => writer.write([1, 2, 3, 4]));
  await clock.pass(1);
  link.says(0, 1, "host", 0);
  // What is refused takes 200 bytes.
  link.says(1, 1, 0, 1, 0, "nobody", 1);
  link.says(1, 2, 0, 2, 1, "items", 5);
  await clock.pass(1);
  const sizes = (): number[] =>
    link.take().flatMap((frame) => (frame instanceof Uint8Array ? [frame.length] : []));
  expect(sizes()).toEqual([200, 900]);
  link.says(9, 2);
  await clock.pass(1);
  // The end comes behind them.
  expect(sizes()).toEqual([900, 200]);
  await session.close();
});

test("large items go in frames of 64 KiB at most, and it is known how many fit from the first on", async () => {
  const clock = new DrivenClock();
  let encoded = 0;
  const link = new SizedLink(([type, , , , , items]) => {
    encoded++;
    return type === 6 ? 2 + 10_000 * (items as unknown[]).length : 2;
  });
  const session = new Session(link, { clock });
  session.serveStream<number>("items", (writer) =>
    writer.write(Array.from({ length: 300 }, () => 1)),
  );
  link.says(0, 1, "", 0);
  await clock.pass(1);
  link.says(1, 1, 0, 1, 1, "items", 20);
  await clock.pass(1);
  const sizes = (): number[] =>
    link.take().flatMap((frame) => (frame instanceof Uint8Array ? [frame.length] : []));
  expect(sizes()).toEqual([50_002, 50_002, 50_002, 50_002]);
  encoded = 0;
  link.says(2, 2, 0, 1, 20);
  await clock.pass(1);
  expect(sizes()).toEqual([50_002, 50_002, 50_002, 50_002]);
  expect(encoded).toBe(4);
  await session.close();
});

test("as long as much is unread, it is asked again and again", async () => {
  const link = new SilentLink();
  const session = new Session(link, { clock: new DrivenClock(), limits: { unread: 1000 } });
  link.says(0, 1, "", 0);
  link.unsent = 500;
  link.says(9, 0, 1);
  expect(link.take().slice(1)).toEqual([[9, 0]]);
  link.unsent = 501;
  link.says(9, 0, 1);
  expect(link.take()).toEqual([
    [9, 0],
    [9, 0, 1],
  ]);
  link.says(9, 0);
  expect(link.take()).toEqual([[9, 0, 1]]);
  link.unsent = 1000;
  link.says(9, 0);
  expect(link.take()).toEqual([[9, 0, 1]]);
  link.unsent = 500;
  link.says(9, 0);
  expect(link.take()).toEqual([]);
  expect(session.signal.aborted).toBe(false);
});

test("who observes may close the session, at whatever is observed", async () => {
  const happen = async (observe: (event: Observed, session: Session) => void): Promise<void> => {
    const made: { session?: Session } = {};
    const { session, links, clock } = dialled({
      observe: (event) => observe(event, made.session!),
    });
    made.session = session;
    await clock.pass(1);
    const call = failure(session.client("numbers").next());
    links[0]!.says(0, 1, "host", 0);
    await settled();
    links[0]!.says(6, 1, 1, 1, 1, [7]);
    void failure(session.client("numbers").next());
    await settled();
    links[0]!.says(6, 3, 1, 1, 2, [8]);
    await clock.pass(1);
    links[1]?.says(0, 1, "host", 1);
    links[1]?.dies();
    await session.close();
    await call;
    expect(clock.timers).toBe(0);
  };
  let all = 0;
  await happen(() => all++);
  expect(all).toBeGreaterThan(12);
  for (let at = 1; at < all; at++) {
    const seen: string[] = [];
    await happen(({ type }, session) => {
      seen.push(type);
      // The first is HELLO, which goes out while the session is being made.
      if (seen.length === at + 1) void session.close();
    });
    expect(seen.filter((type) => type === "over")).toHaveLength(1);
    // It is over: what was under way is not observed any more, but for how its channels end.
    const after = seen.slice(seen.indexOf("over") + 1);
    expect({ at, after: after.filter((type) => type !== "end") }).toEqual({ at, after: [] });
  }
});

test("a link that dies while its host finds out who is there is forgotten", async () => {
  const clock = new DrivenClock();
  for (const accepts of [true, false]) {
    const knows = deferred<string>();
    let opened = 0;
    const host = new Host({
      clock,
      authenticate: () => knows.promise,
      open: () => opened++,
    });
    const link = new SilentLink();
    host.accept(link);
    link.says(0, 1, "secret", 0);
    link.dies();
    expect(clock.timers).toBe(0);
    if (accepts) knows.resolve("Ann");
    else knows.reject(new Error("nobody"));
    link.closed = false;
    await settled();
    expect([opened, link.sent]).toEqual([0, []]);
  }
});

test("a host that is closed while it finds out who is there lets nobody in", async () => {
  const clock = new DrivenClock();
  const knows = deferred<string>();
  const host = new Host({
    clock,
    authenticate: () => knows.promise,
    open: () => {
      throw new Error("closed");
    },
  });
  const link = new SilentLink();
  host.accept(link);
  link.says(0, 1, "secret", 0);
  await host.close();
  knows.resolve("Ann");
  await settled();
  expect(link.sent).toEqual([[10, "closed"]]);
  expect(clock.timers).toBe(0);
});

test("what comes behind HELLO waits until it is known who is there, but not more than a little", async () => {
  for (const early of [15, 16]) {
    const clock = new DrivenClock();
    const knows = deferred<string>();
    let asked = 0;
    const host = new Host({
      clock,
      limits: { frame: 100_000 },
      authenticate: () => {
        asked++;
        return knows.promise;
      },
      open: (session) => session.serve("numbers", async () => {}),
    });
    const link: SilentLink & Link = new SilentLink();
    host.accept(link);
    expect(link.frameLimit).toBe(65_536);
    link.says(0, 1, "secret", 0);
    for (let i = 1; i <= early; i++) link.says(1, i, 0, i, 0, "numbers", 1);
    expect(asked).toBe(1);
    if (early === 16) {
      expect(link.take()).toEqual([[10, "protocol"]]);
      // Whatever it says now.
      link.closed = false;
      link.says(9, 0, 1);
      expect([link.take(), clock.timers]).toEqual([[], 0]);
    }
    knows.resolve("Ann");
    await settled();
    await clock.pass(1);
    expect(link.take().map(([type]) => type)).toEqual(
      early === 16 ? [] : [0, ...Array.from({ length: 15 }, () => 7)],
    );
    if (early === 15) expect(link.frameLimit).toBe(100_000);
    await host.close();
  }
});

test("a small limit of frames holds for HELLO, too", () => {
  const host = new Host({ clock: new DrivenClock(), limits: { frame: 1000 }, open: () => {} });
  const link: SilentLink & Link = new SilentLink();
  host.accept(link);
  expect(link.frameLimit).toBe(1000);
});

test("sessions that do not resume are each their own", async () => {
  const clock = new DrivenClock();
  let opened = 0;
  const host = new Host({ clock, open: () => opened++ });
  // What has no name is absent, `null` as other encoders write it, or empty.
  const links = [undefined, undefined, null, null, "", ""].map((id) => {
    const link = new SilentLink();
    host.accept(link);
    link.says(0, 1, id, 0);
    return link;
  });
  await settled();
  expect(opened).toBe(6);
  expect(links.filter(({ closed }) => closed)).toEqual([]);
  await host.close();
});
