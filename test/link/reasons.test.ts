/** Each way in which a session ends says why: to its calls, and to the other side. */
import { Host, LinkClosed, Session } from "coroutine-channels/link";
import type { Observed } from "coroutine-channels/link";
import { expect, test } from "vitest";

import { settled } from "../support/settled.ts";
import { dialled, failure, type Dialled } from "./dialled.ts";
import { DrivenClock } from "./driven-clock.ts";
import { SilentLink } from "./silent-link.ts";

interface Ending {
  readonly when: string;
  /** What happens, once a link has been dialled. */
  readonly act: (dialled: Dialled) => unknown;
  readonly says: string;
  /** The message of the error's cause. */
  readonly because?: string;
  /** What the other side is told last. */
  readonly tells?: string;
}

const word = "The other side has ended the session";
const unknown = "The session was not resumed: the other side knows nothing of it";

const endings: readonly Ending[] = [
  {
    when: "the link dies, and the other side does not resume",
    act({ links: [link] }) {
      link!.says(0, 1, "", 0);
      link!.dies(new Error("pulled out"));
    },
    says: "The link to the other side was closed: pulled out",
    because: "pulled out",
  },
  {
    when: "the other side speaks an older version",
    act: ({ links: [link] }) => link!.says(0, 0, "host", 0),
    says: "The other side speaks another version of the protocol",
    tells: "version",
  },
  {
    when: "it is another host than before",
    async act({ links, clock }) {
      links[0]!.says(0, 1, "host", 0);
      links[0]!.dies();
      await clock.pass(1);
      links[1]!.says(0, 1, "other", 0);
    },
    says: unknown,
    tells: "unknown",
  },
  {
    when: "the other side says why",
    act: ({ links: [link] }) => link!.says(10, "unauthorized"),
    says: `${word}: unauthorized`,
  },
  {
    when: "the other side says no word, since anybody may have said it",
    act: ({ links: [link] }) => link!.says(10, "Your password, please"),
    says: word,
  },
  { when: "the other side says nothing", act: ({ links: [link] }) => link!.says(10), says: word },
  {
    when: "no HELLO comes within the grace",
    act: ({ clock }) => clock.pass(30_001),
    says: "The other side could not be reached within 30000 ms: it said nothing",
    because: "No HELLO has come within 10000 ms",
    tells: "late",
  },
  {
    when: "it is too much to read",
    act({ links: [link] }) {
      link!.says(0, 1, "host", 0);
      link!.unsent = 8 * 2 ** 20 + 1;
      link!.says(9, 0, 1);
    },
    says: "The other side has not read the last 8388609 bytes",
    tells: "unread",
  },
];

test.each(endings)("$when", async ({ act, says, because, tells }) => {
  const made = dialled();
  await made.clock.pass(1);
  const call = failure(made.session.client("numbers").next());
  await act(made);
  const error = (await call) as LinkClosed;
  expect(error).toBeInstanceOf(LinkClosed);
  expect(error.message).toBe(says);
  expect((error.cause as Error | undefined)?.message).toBe(because);
  expect(made.session.signal.reason).toBe(error);
  const last = made.links.at(-1)!;
  expect(last.closed).toBe(true);
  if (tells !== undefined) expect(last.sent.at(-1)).toEqual([10, tells]);
  expect(made.clock.timers).toBe(0);
});

test("there is no link within the grace", async () => {
  const clock = new DrivenClock();
  const dial = (): never => {
    throw new Error("nobody there");
  };
  const session = new Session(dial, { clock, grace: 1000 });
  const call = failure(session.client("numbers").next());
  await clock.pass(1001);
  const error = (await call) as LinkClosed;
  expect(error.message).toBe(
    "The other side could not be reached within 1000 ms: there was no link",
  );
  expect((error.cause as Error).message).toBe("nobody there");
});

test("a side that does not resume is silent, or says something before HELLO", async () => {
  const clock = new DrivenClock();
  const silent = new SilentLink(1000);
  const one = new Session(silent, { clock });
  silent.says(0, 1, "", 0);
  await clock.pass(2001);
  expect(String((one.signal.reason as LinkClosed).cause)).toBe(
    "Error: The other side has been silent for 2000 ms",
  );
  const early = new SilentLink();
  const two = new Session(early, { clock });
  early.says(9, 0);
  expect(early.sent.at(-1)).toEqual([10, "protocol"]);
  expect(String(two.signal.reason)).toContain("a frame before HELLO");
});

test("why a link was given up is observed", async () => {
  const causes: string[] = [];
  const observe = (event: Observed): void => {
    if (event.type === "down") causes.push(String(event.cause));
  };
  const { session, links, clock } = dialled({ observe }, 1000);
  await clock.pass(1);
  links[0]!.says(0, 1, "host", 0);
  void session
    .client("numbers")
    .next()
    .catch(() => {});
  await settled();
  links[0]!.says(6, 2, 1, 1, 1, [7]);
  await clock.pass(1);
  links[1]!.says(0, 1, "host", 0);
  links[1]!.says(9, 0);
  await clock.pass(250);
  links[2]!.says(0, 1, "host", 1);
  await clock.pass(2001);
  expect(causes).toEqual([
    "Error: A frame is missing",
    "Error: A frame was lost",
    "Error: The other side has been silent for 2000 ms",
  ]);
});

test("what cannot be opened is said in words", async () => {
  const link = new SilentLink();
  const clock = new DrivenClock();
  const session = new Session(link, { clock, limits: { channels: 1 } });
  session.serve("channel", () => new Promise(() => {}));
  session.serveStream("stream", () => new Promise(() => {}));
  link.says(0, 1, "", 0);
  await clock.pass(1);
  const opens = (n: number, kind: number, name: string): unknown => {
    link.says(1, n, 0, n, kind, name, 1);
    return (link.take().find(([type]) => type === 8)?.[5] as Error | undefined)?.message;
  };
  expect(opens(1, 1, "channel")).toBe(`"channel" is a channel: open it with client()`);
  expect(opens(2, 0, "stream")).toBe(`"stream" is a stream: open it with reader()`);
  expect(opens(3, 0, "x".repeat(70))).toBe(`The other side serves no "${"x".repeat(64)}"`);
  expect(opens(4, 0, "channel")).toBe(undefined);
  expect(opens(5, 1, "stream")).toBe("The other side serves 1 channels at a time");
  void session.close(1000);
  expect(opens(6, 0, "channel")).toBe("The other side is closing");
  await expect(session.client("numbers").next()).rejects.toThrow("The session is closing");
});

test("a host that refuses what it is asked to open says so, and keeps nothing of it", async () => {
  const clock = new DrivenClock();
  const sessions: Session[] = [];
  const host = new Host({
    clock,
    open: (session) => {
      sessions.push(session);
      throw new Error("not today");
    },
  });
  const link = new SilentLink();
  host.accept(link);
  link.says(0, 1, "secret", 0);
  expect(link.take()).toEqual([[10, "refused"]]);
  expect(link.closed).toBe(true);
  expect(sessions.map(({ signal }) => signal.aborted)).toEqual([true]);
  await clock.pass(1);
  expect(clock.timers).toBe(0);
});
