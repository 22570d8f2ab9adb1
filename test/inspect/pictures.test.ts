/** The three pictures: what they share, and what each must be. */

import { describe, expect, test } from "vitest";

import type { ChannelEvent } from "../../src/inspect/events.ts";
import { toHTML } from "../../src/inspect/html.ts";
import { pictureOf } from "../../src/inspect/picture.ts";
import { toSVG } from "../../src/inspect/svg.ts";
import { toTrace } from "../../src/inspect/trace.ts";
import { eventsOf, served, type Written } from "./events-of.ts";

/** Calls of both ends: "A" goes over, and the server waits for the next request, which never comes. */
const abandoned = eventsOf(
  ...served("rows", "readTable").slice(0, 2),
  {
    type: "call",
    end: "client",
    call: 101,
    op: "next",
    at: "first (app.js:3:3)",
    routine: "first",
  },
  ...served("rows", "readTable").slice(2),
  {
    type: "call",
    end: "server",
    call: 102,
    op: "send",
    at: "readTable (app.js:4:4)",
    routine: "readTable",
    value: `"A"`,
  },
  { type: "answer", end: "client", call: 101, how: "item", by: 102 },
);

/** So many items, one after another. */
function items(count: number): ChannelEvent[] {
  const events = [...served("rows", "readTable")];
  for (let i = 0; i < count; i++) {
    const [ask, send] = [1000 + 2 * i, 1001 + 2 * i];
    events.push({ type: "call", end: "client", call: ask, op: "next" });
    if (i > 0) events.push({ type: "answer", end: "server", call: send - 2, how: "item", by: ask });
    events.push({ type: "call", end: "server", call: send, op: "send" });
    events.push({ type: "answer", end: "client", call: ask, how: "item", by: send });
  }
  return eventsOf(...events);
}

/** A random story that is consistent: calls are answered at most once, by a call of the other end that came before. */
function story(seed: number, length: number): ChannelEvent[] {
  let state = seed;
  const random = (below: number) => (state = (state * 1103515245 + 12345) & 0x7fffffff) % below;
  const waiting: { call: number; end: "client" | "server"; channel: number }[] = [];
  const last = new Map<string, number>();
  const events: ChannelEvent[] = [];
  for (let call = 1; events.length < length;) {
    const t = Math.floor(events.length / 3);
    if (random(3) > 0 || waiting.length === 0) {
      const end = random(2) === 0 ? "client" : "server";
      const channel = 1 + random(3);
      const op = ["next", "send", "put", "receive", "return"][random(5)]!;
      events.push({ t, channel, type: "call", end, call, op });
      waiting.push({ call, end, channel });
      last.set(`${channel} ${end}`, call++);
    } else {
      const [one] = waiting.splice(random(waiting.length), 1);
      const { end, channel } = one!;
      const by = last.get(`${channel} ${end === "client" ? "server" : "client"}`);
      events.push({
        t,
        channel,
        type: "answer",
        end,
        call: one!.call,
        how: "item",
        ...(by !== undefined && { by }),
      });
    }
  }
  return events;
}

describe("what the pictures share", () => {
  test("lanes, bars and hand-overs", () => {
    const { lanes, bars, handOvers } = pictureOf(abandoned);
    expect(lanes.map(({ name, end, routine }) => `${name}.${end} ${routine}`)).toEqual([
      "rows.server readTable",
      "rows.client first",
    ]);
    expect(bars.map(({ op, from, to, how }) => [op, from, to, how])).toEqual([
      ["serve", 1, 3, "item"],
      ["next", 2, 6, "item"],
      ["send", 5, undefined, undefined],
    ]);
    expect(
      handOvers.map(({ from, to, value, what, index }) => [from.op, to.op, value, what, index]),
    ).toEqual([["send", "next", `"A"`, "item", 6]]);
  });

  test("calls that overlap stand side by side, and leave their place free", () => {
    const call = { type: "call", end: "client", op: "next" } as const;
    const answer = { type: "answer", end: "client", how: "item" } as const;
    const { lanes, bars } = pictureOf(
      eventsOf(
        { ...call, call: 1 },
        { ...call, call: 2 },
        { ...answer, call: 1 },
        { ...call, call: 3 },
        { ...call, call: 4 },
      ),
    );
    expect(bars.map(({ column }) => column)).toEqual([0, 1, 0, 2]);
    expect(lanes.map(({ end, width }) => [end, width])).toEqual([
      ["server", 1],
      ["client", 3],
    ]);
  });

  test("an item, a request and an end go over", () => {
    const whatGoes = (op: string, how: "item" | "done" | "closed" | "error", value?: string) =>
      pictureOf(
        eventsOf(
          { type: "call", end: "server", call: 1, op: "send" },
          { type: "call", end: "client", call: 2, op, ...(value !== undefined && { value }) },
          { type: "answer", end: "server", call: 1, how, by: 2 },
        ),
      ).handOvers.map(({ what }) => what)[0];
    expect(whatGoes("next", "item")).toBe("request");
    expect(whatGoes("next", "item", "7")).toBe("item");
    expect(whatGoes("receive", "item")).toBe("request");
    expect(whatGoes("send", "item")).toBe("item");
    expect(whatGoes("put", "item")).toBe("item");
    const asked = pictureOf(
      eventsOf(
        { type: "call", end: "client", call: 1, op: "next" },
        { type: "call", end: "server", call: 2, op: "receive" },
        { type: "answer", end: "client", call: 1, how: "item", by: 2 },
      ),
    );
    expect(asked.handOvers.map(({ what }) => what)).toEqual(["request"]);
    const given = pictureOf(
      eventsOf(
        { type: "call", end: "client", call: 1, op: "next" },
        { type: "call", end: "server", call: 2, op: "next" },
        { type: "answer", end: "client", call: 1, how: "item", by: 2 },
      ),
    );
    expect(given.handOvers.map(({ what }) => what)).toEqual(["item"]);
    expect(whatGoes("return", "done")).toBe("end");
    expect(whatGoes("return", "closed")).toBe("end");
    expect(whatGoes("throw", "error")).toBe("end");
  });

  test("that a put has been taken, or a channel was opened, is no hand-over", () => {
    for (const op of ["put", "server", "serve", "serveAll", "produce"]) {
      const { handOvers } = pictureOf(
        eventsOf(
          { type: "call", end: "server", call: 1, op },
          { type: "call", end: "client", call: 2, op: "next" },
          { type: "answer", end: "server", call: 1, how: "item", by: 2 },
        ),
      );
      expect(handOvers).toEqual([]);
    }
  });

  test("a lane is called after its body, else after who called first", () => {
    const routines = (...events: readonly Written[]) =>
      pictureOf(eventsOf(...events)).lanes.map(({ routine }) => routine);
    const send = { type: "call", end: "server", call: 9, op: "send", routine: "helper" } as const;
    expect(routines(...served("rows", "readTable"), send)).toEqual(["readTable", undefined]);
    expect(routines(...served("rows", "readTable").slice(0, 3), send)).toEqual([
      "helper",
      undefined,
    ]);
  });

  test("a channel that nobody has used is left out", () => {
    expect(pictureOf(eventsOf({ type: "channel", name: "unused" })).lanes).toEqual([]);
  });

  test("a recording that begins in the middle", () => {
    const { lanes, bars, handOvers } = pictureOf(abandoned.slice(5));
    expect(lanes.map(({ name, end }) => `${name}.${end}`)).toEqual([
      "channel 1.server",
      "channel 1.client",
    ]);
    expect([bars.length, handOvers.length]).toEqual([1, 0]);
  });

  test("what was collected was never answered", () => {
    const { bars } = pictureOf([
      ...abandoned,
      { t: 9, channel: 1, type: "collected", end: "server", call: 102 },
    ]);
    expect(bars.at(-1)).toMatchObject({ how: "collected", to: 7 });
  });
});

describe("the sequence diagram", () => {
  test("of one item, and a call that was never answered", async () => {
    await expect(toSVG(abandoned)).toMatchFileSnapshot("golden/abandoned.svg");
  });

  test("says where a call was never answered", () => {
    expect(toSVG(abandoned)).toContain("send at readTable (app.js:4:4)");
    expect(toSVG(items(1).slice(0, -1))).toMatch(/class="never"/);
  });

  test("shows a pause as a gap", () => {
    const late = abandoned.map((event, i) => (i < 5 ? event : { ...event, t: event.t + 120 }));
    expect(toSVG(late)).toContain(">121 ms<");
    expect(toSVG(abandoned)).not.toMatch(/>\d+ ms</);
  });

  test("shows the last 200 hand-overs, and how many came before", () => {
    const arrows = (svg: string) => svg.match(/stroke-dasharray:none/g)?.length;
    // Each item is two hand-overs, but for the first.
    expect(arrows(toSVG(items(100)))).toBe(199);
    expect(toSVG(items(100))).not.toContain("before");
    const many = toSVG(items(1000));
    expect(arrows(many)).toBe(200);
    expect(many).toContain(">1,799 hand-overs before<");
    expect(many.length).toBeLessThan(2 * toSVG(items(101)).length);
  });

  test("of nothing", () => {
    expect(toSVG([])).toMatch(/^<svg [^]*<\/svg>\n$/);
  });
});

describe("the trace", () => {
  interface TraceEvent {
    readonly ph: string;
    readonly tid: number;
    readonly ts: number;
    readonly dur: number;
    readonly id: number;
    readonly args: Record<string, unknown>;
  }
  const traceOf = (events: readonly ChannelEvent[]) =>
    (JSON.parse(toTrace(events)) as { traceEvents: TraceEvent[] }).traceEvents;

  const stories = Array.from({ length: 50 }, (_, seed) => story(seed, 120));

  test.each([
    ["an item", abandoned],
    ["many items", items(300)],
    ["random stories", stories.flat()],
  ])("%s: slices of a track nest", (_, events) => {
    const tracks =
      Map.groupBy?.(
        traceOf(events).filter(({ ph }) => ph === "X"),
        ({ tid }) => tid,
      ) ?? new Map();
    for (const slices of tracks.values()) {
      let end = -1;
      for (const { ts, dur } of slices.toSorted((a: TraceEvent, b: TraceEvent) => a.ts - b.ts)) {
        expect(dur).toBeGreaterThan(0);
        expect(ts).toBeGreaterThanOrEqual(end);
        end = ts + dur;
      }
    }
  });

  test("each flow has both ends, each in a slice of its track, forwards in time", () => {
    for (const events of [abandoned, items(50), ...stories]) {
      const trace = traceOf(events);
      const slices = trace.filter(({ ph }) => ph === "X");
      const within = ({ tid, ts }: TraceEvent) =>
        slices.some((slice) => slice.tid === tid && slice.ts <= ts && ts < slice.ts + slice.dur);
      const starts = new Map(trace.filter(({ ph }) => ph === "s").map((flow) => [flow.id, flow]));
      const ends = trace.filter(({ ph }) => ph === "f");
      expect(ends.length).toBe(starts.size);
      for (const end of ends) {
        const start = starts.get(end.id)!;
        expect([within(start), within(end)]).toEqual([true, true]);
        expect(start.ts).toBeLessThanOrEqual(end.ts);
      }
    }
  });

  test("names a thread for each end, and for calls that overlap", () => {
    const call = { type: "call", end: "client", op: "next" } as const;
    const names = traceOf(
      eventsOf({ type: "channel", name: "letters" }, { ...call, call: 1 }, { ...call, call: 2 }),
    ).flatMap(({ ph, args }) => (ph === "M" && "name" in args ? [args["name"]] : []));
    expect(names).toEqual(["channels", "letters.server", "letters.client", "letters.client (2)"]);
  });

  test("of nothing", () => {
    expect(JSON.parse(toTrace([]))).toHaveProperty("traceEvents");
  });
});

const pictures = { toSVG, toHTML, toTrace };

describe.each(Object.entries(pictures))("%s", (_, draw) => {
  test("is deterministic, and knows nothing but the events", () => {
    const stored = JSON.parse(JSON.stringify(abandoned)) as ChannelEvent[];
    expect(draw(stored)).toBe(draw(abandoned));
  });

  test("shows hostile names as text", () => {
    const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'&\u001b[31m\n\ud800`;
    const events = eventsOf(
      { type: "channel", name: hostile, at: hostile },
      {
        type: "call",
        end: "client",
        call: 1,
        op: "next",
        at: hostile,
        routine: hostile,
        value: hostile,
      },
      {
        type: "call",
        end: "server",
        call: 2,
        op: "send",
        at: hostile,
        routine: hostile,
        value: hostile,
      },
      { type: "answer", end: "client", call: 1, how: "item", by: 2, value: hostile },
    );
    const text = draw(events);
    if (draw !== toTrace) {
      expect(text).not.toContain("<img");
      expect(text).not.toContain("</script><script>alert");
    }
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|[\ud800-\udfff]/u);
  });
});

test("the page loads nothing", () => {
  expect(toHTML(abandoned)).not.toMatch(/https?:|src=|@import|url\(/);
});
