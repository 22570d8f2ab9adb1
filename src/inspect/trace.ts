import type { ChannelEvent } from "./events.ts";
import { pictureOf } from "./picture.ts";
import type { Bar } from "./picture.ts";
import { printable } from "./text.ts";

/** A slice begins and ends, and arrows are drawn, at different times: the smallest step, in microseconds. */
const step = 0.002;

/**
 * Writes the events as Chrome's Trace Event JSON, for DevTools' Performance panel ("Load profile") and ui.perfetto.dev: a
 * thread for each end, a slice for each call that waits, a flow for each hand-over. Calls of one end that overlap get threads of
 * their own.
 *
 * @returns JSON; the same events give the same text.
 */
export function toTrace(events: readonly ChannelEvent[]): string {
  const { lanes, bars, handOvers } = pictureOf(events);
  const times = timesOf(events);
  const end = (times.at(-1) ?? 0) + step;
  const threads = new Map<string, number>();
  const trace: object[] = [meta("process_name", 0, { name: "channels" })];

  for (const lane of lanes) {
    for (let column = 0; column < lane.width; column++) {
      const tid = threads.size + 1;
      threads.set(keyOf({ lane, column }), tid);
      const name = `${printable(lane.name)}.${lane.end}${column === 0 ? "" : ` (${column + 1})`}`;
      trace.push(
        meta("thread_name", tid, { name }),
        meta("thread_sort_index", tid, { sort_index: tid }),
      );
    }
  }
  const tidOf = (bar: Bar): number => threads.get(keyOf(bar))!;
  const endOf = ({ to }: Bar): number => (to === undefined ? end : times[to]!);

  for (const bar of bars) {
    const { op, at, routine, value, from, to, how = "never answered" } = bar;
    const ts = times[from]!;
    trace.push({
      ph: "X",
      name: printable(to === undefined ? `${op} (never answered)` : op),
      cat: "channel",
      pid: 1,
      tid: tidOf(bar),
      ts,
      dur: rounded(endOf(bar) - ts),
      args: { at, routine, value, how },
    });
  }
  handOvers.forEach(({ from, to, value, what }, i) => {
    const flow = { name: what, cat: "hand-over", id: i + 1, pid: 1 };
    const received = rounded(endOf(to) - step / 2);
    // Perfetto draws from slice to slice: a call that has been answered before hands over at its end.
    const given = Math.min(
      received,
      rounded(Math.max(times[from.from]!, Math.min(endOf(from) - step / 2, received))),
    );
    trace.push(
      { ph: "s", ...flow, tid: tidOf(from), ts: given, args: { value } },
      { ph: "f", bp: "e", ...flow, tid: tidOf(to), ts: received },
    );
  });
  return JSON.stringify({ traceEvents: trace, displayTimeUnit: "ms" });
}

/** When each event happened, in microseconds from the first: one after another, even where the clock has not moved on. */
function timesOf(events: readonly ChannelEvent[]): number[] {
  const start = events[0]?.t ?? 0;
  let last = -step;
  return events.map(({ t }) => (last = rounded(Math.max((t - start) * 1000, last + step))));
}

function rounded(microseconds: number): number {
  return Math.round(microseconds * 1000) / 1000;
}

function keyOf({ lane, column }: Pick<Bar, "lane" | "column">): string {
  return `${lane.channel} ${lane.end} ${column}`;
}

function meta(name: string, tid: number, args: object): object {
  return { ph: "M", name, pid: 1, tid, args };
}
