import type { ChannelEvent, End, How } from "./events.ts";
import { nameless, opening } from "./waits.ts";

/** One end of a channel, as a line in a picture. */
export interface Lane {
  readonly channel: number;
  name: string;
  readonly end: End;
  /** The routine that has used it first. */
  routine: string | undefined;
  /** How many of its calls overlap: they stand side by side. */
  width: number;
}

/** A call, from when it was made until it was answered. */
export interface Bar {
  readonly lane: Lane;
  readonly call: number;
  readonly op: string;
  readonly at: string | undefined;
  readonly routine: string | undefined;
  readonly value: string | undefined;
  /** Where it stands among those that overlap. */
  readonly column: number;
  /** The event with which it begins. */
  readonly from: number;
  /** The event that answers it, if there is one. */
  to: number | undefined;
  how: How | "collected" | undefined;
}

/** What one call has handed over to another. */
export interface HandOver {
  readonly from: Bar;
  readonly to: Bar;
  /** The event. */
  readonly index: number;
  readonly value: string | undefined;
  /** Whether an item went over, only a request for one, or the end. */
  readonly what: "item" | "request" | "end";
}

/** What the pictures have in common: who was called when, and what was handed over to whom. */
export interface Picture {
  readonly lanes: readonly Lane[];
  readonly bars: readonly Bar[];
  readonly handOvers: readonly HandOver[];
}

/** Reads a picture from events, which may begin and end anywhere. */
export function pictureOf(events: readonly ChannelEvent[]): Picture {
  const lanes = new Map<string, Lane>();
  const bars = new Map<number, Bar>();
  const open = new Map<Lane, (Bar | undefined)[]>();
  const handOvers: HandOver[] = [];

  function laneOf(channel: number, end: End): Lane {
    const key = `${channel} ${end}`;
    if (!lanes.has(key)) {
      // Both ends stand side by side, the server left.
      const name = nameless(channel);
      for (const end of ["server", "client"] as const) {
        const lane = { channel, name, end, routine: undefined, width: 1 };
        lanes.set(`${channel} ${end}`, lane);
        open.set(lane, []);
      }
    }
    return lanes.get(key)!;
  }

  function close(call: number, index: number, how: Bar["how"]): Bar | undefined {
    const bar = bars.get(call);
    if (bar === undefined) return undefined;
    bar.to = index;
    bar.how = how;
    open.get(bar.lane)![bar.column] = undefined;
    return bar;
  }

  events.forEach((event, index) => {
    const { channel } = event;
    if (event.type === "channel") {
      for (const end of ["server", "client"] as const) laneOf(channel, end).name = event.name;
    } else if (event.type === "body") laneOf(channel, event.end).routine = event.routine;
    else if (event.type === "call") {
      const { end, call, op, at, routine, value } = event;
      const lane = laneOf(channel, end);
      const beside = open.get(lane)!;
      const free = beside.indexOf(undefined);
      const column = free < 0 ? beside.length : free;
      lane.width = Math.max(lane.width, column + 1);
      if (!opening.has(op)) lane.routine ??= routine;
      const bar: Bar = {
        lane,
        call,
        op,
        at,
        routine,
        value,
        column,
        from: index,
        to: undefined,
        how: undefined,
      };
      beside[column] = bar;
      bars.set(call, bar);
    } else if (event.type === "answer") {
      const to = close(event.call, index, event.how);
      const from = event.by === undefined ? undefined : bars.get(event.by);
      if (to === undefined || from === undefined || to.op === "put" || opening.has(to.op)) return;
      const { value = from.value } = event;
      handOvers.push({ from, to, index, value, what: whatOf(from, event.how, value) });
    } else if (event.type === "collected") close(event.call, index, "collected");
  });
  const all = [...bars.values()];
  const used = new Set(all.map(({ lane }) => lane.channel));
  return {
    // A channel that nobody has used is no part of the picture.
    lanes: [...lanes.values()].filter(({ channel }) => used.has(channel)),
    bars: all,
    handOvers,
  };
}

function whatOf({ lane, op }: Bar, how: How, value: string | undefined): HandOver["what"] {
  if (how !== "item") return "end";
  // What `next()` of a client brings is not told, unless values are: nearly always it is nothing.
  const asks = op === "receive" || (lane.end === "client" && op !== "send" && op !== "put");
  return asks && value === undefined ? "request" : "item";
}
