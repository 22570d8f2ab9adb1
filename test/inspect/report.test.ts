/** The report, as it is printed. */

import { expect, test } from "vitest";

import type { ChannelEvent } from "../../src/inspect/events.ts";
import { Groups, reportOf } from "../../src/inspect/report.ts";
import { Knowledge, type Waiting } from "../../src/inspect/waits.ts";

/** Calls of `next` that wait, on channels of these names. */
function waitingOn(
  names: readonly string[],
  at: string | undefined = "fetchAll (app.js:5:56)",
): Waiting[] {
  const knowledge = new Knowledge();
  names.forEach((name, i) => {
    const channel = i + 1;
    const place = at === undefined ? {} : { at };
    const events: ChannelEvent[] = [
      { t: 0, channel, type: "channel", name, at: "open (app.js:4:13)" },
      { t: 0, channel, type: "call", end: "client", call: channel, op: "next", ...place },
    ];
    for (const event of events) knowledge.apply(event);
  });
  return knowledge.waiting;
}

const nothing = { waiting: [], lost: new Groups(true), channels: 0, now: 3200, idle: false };
const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);

test("calls that are alike are told once", () => {
  expect(reportOf({ ...nothing, waiting: waitingOn(numbered("job", 40)), channels: 41 })).toBe(
    `coroutine-channels: 40 calls wait, on 40 of 41 channels.

job0.client.next since 3.2 s, and 39 more like it, at fetchAll (app.js:5:56)
  for a server. Nobody serves this channel.
`,
  );
});

test("one call on one channel, in the singular", () => {
  expect(reportOf({ ...nothing, waiting: waitingOn(["rows"]), channels: 1 })).toMatch(
    /^coroutine-channels: 1 call waits, on 1 of 1 channel\.\n/,
  );
});

test("a channel without a name, or a call without a place, shows where it was made", () => {
  const shown = (...args: Parameters<typeof waitingOn>) =>
    reportOf({ ...nothing, waiting: waitingOn(...args) }).split("\n")[2];
  expect(shown(["channel 1"])).toBe(
    "channel 1.client.next (created at app.js:4:13) since 3.2 s, at fetchAll (app.js:5:56)",
  );
  expect(shown(["rows"], "")).toBe("rows.client.next since 3.2 s, at ");
});

test("what was collected", () => {
  const lost = new Groups(true);
  for (const call of waitingOn(["channel 1", "channel 2", "channel 3"]).toReversed())
    lost.add(call);
  expect(reportOf({ ...nothing, lost })).toBe(
    `coroutine-channels: no call waits. 3 calls were garbage-collected while they waited.

channel 1.client.next (created at app.js:4:13), and 2 more like it, at fetchAll (app.js:5:56)
  until it was garbage-collected: nobody could have answered. Its finally blocks did not run.
`,
  );
  const one = new Groups(true);
  one.add(waitingOn(["rows"])[0]!);
  expect(reportOf({ ...nothing, lost: one })).toMatch(
    /^coroutine-channels: no call waits\. 1 call was garbage-collected while it waited\.\n/,
  );
});

test("larger groups first, then older ones, ten at most", () => {
  const names = [
    ...numbered("a", 2),
    "first",
    "second",
    ...numbered("b", 3),
    ..."cdefghijklmnopqrst".split(""),
  ];
  const report = reportOf({ ...nothing, waiting: waitingOn(names), channels: 25 });
  const heads = [...report.matchAll(/^(\w+)\.client/gm)].map(([, name]) => name);
  expect(heads).toEqual(["b0", "a0", "first", "second", "c", "d", "e", "f", "g", "h"]);
  expect(report).toMatch(/\n\nand 12 more groups\.\n$/);
});

test("lines wrap at 120 columns, between words", () => {
  const long = `fetchEverythingThatIsThere (${"folder/".repeat(14)}app.js:5:56)`;
  const report = reportOf({ ...nothing, waiting: waitingOn(["rows"], long) });
  expect(report.split("\n").map(({ length }) => length > 120)).not.toContain(true);
  const endless = reportOf({ ...nothing, waiting: waitingOn(["rows"], "x".repeat(200)) });
  expect(endless).toContain("x".repeat(200));
});

test("a hostile name moves no cursor and breaks no line", () => {
  const report = reportOf({
    ...nothing,
    waiting: waitingOn(["a\u001b[31m\nb\u202e"], "f\u0007 (x:1:1)"),
  });
  expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  expect(report).toContain("a\\u001b[31m\\u000ab\\u202e.client.next");
});

test("channels that the library makes for itself are not counted", () => {
  const knowledge = new Knowledge();
  const channel = { t: 0, channel: 1, type: "channel", name: "inner" } as const;
  knowledge.apply(channel, { inside: true });
  knowledge.apply({ t: 0, channel: 1, type: "call", end: "client", call: 1, op: "next" });
  const report = reportOf({ ...nothing, waiting: knowledge.waiting });
  expect(report).toMatch(/^coroutine-channels: 1 call waits\.\n/);
});
