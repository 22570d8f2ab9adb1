import type { ChannelEvent, End, How } from "./events.ts";
import { count, duration, printable } from "./text.ts";

/** A call that waits. */
export interface Waiting {
  readonly channel: Known;
  readonly end: End;
  readonly call: number;
  readonly op: string;
  /** Since when. */
  readonly t: number;
  readonly at: string | undefined;
  /** Its async callers, as far as they are known. */
  readonly callers: readonly string[];
  readonly routine: Routine | undefined;
}

/** Who calls: a body, or a function and what it calls. */
export interface Routine {
  readonly name: string;
  /** Tells two routines of one name apart, where that can be known. */
  readonly key: string;
  /** Whether it is known to be one body, and no other that runs the same function. */
  readonly certain: boolean;
}

/** What events do not tell of a call, or of a body. */
export interface Origin {
  readonly callers?: readonly string[] | undefined;
  readonly routine?: Routine | undefined;
  /** Whether the library has made the channel for itself. */
  readonly inside?: boolean | undefined;
}

/** What is known of one end. */
interface KnownEnd {
  /** In call order. */
  readonly waiting: Map<number, Waiting>;
  last: LastCall | undefined;
  /** Who has used it last. */
  routine: Routine | undefined;
}

/** The call that an end has made last. */
interface LastCall {
  readonly call: number;
  readonly t: number;
  readonly op: string;
  readonly at: string | undefined;
  readonly callers: readonly string[];
  answered: number | undefined;
  how: How | undefined;
}

/** What is known of one channel. */
export interface Known {
  readonly channel: number;
  name: string;
  created: string | undefined;
  /** Whether the library has made it for itself. */
  inside: boolean;
  ended: boolean;
  readonly client: KnownEnd;
  readonly server: KnownEnd;
}

/** The calls that serve, for which nobody needs to wait themselves. */
const serving: ReadonlySet<string> = new Set(["serve", "serveAll", "produce"]);

/** The calls that open the server end, and wait for the client's first request. */
export const opening: ReadonlySet<string> = new Set(["server", ...serving]);

/** What is known of each channel, from its events alone: so a page that replays them knows what the program knew. */
export class Knowledge {
  readonly channels: Map<number, Known> = new Map();

  apply(event: ChannelEvent, origin?: Origin): void {
    const known = this.of(event.channel);
    if (event.type === "channel") {
      known.name = event.name;
      known.created = event.at;
      known.inside = origin?.inside === true;
    } else if (event.type === "call") {
      const { call, op, at, end, routine: name } = event;
      const side = known[end];
      const callers = origin?.callers ?? [];
      const routine = name === undefined ? undefined : routineOf(name, origin);
      side.last = { call, t: event.t, op, at, callers, answered: undefined, how: undefined };
      side.routine = routine;
      side.waiting.set(call, { channel: known, end, call, op, t: event.t, at, callers, routine });
    } else if (event.type === "body") {
      known.server.routine = routineOf(event.routine, origin);
    } else if (event.type === "answer") {
      const { waiting, last } = known[event.end];
      waiting.delete(event.call);
      if (last?.call !== event.call) return;
      last.answered = event.t;
      last.how = event.how;
    } else if (event.type === "collected") known[event.end].waiting.delete(event.call);
  }

  /** What is known of a channel: if its beginning was not seen, only its number. */
  of(channel: number): Known {
    const known = this.channels.get(channel) ?? knownOf(channel);
    this.channels.set(channel, known);
    return known;
  }

  /** All calls that wait, oldest first. */
  get waiting(): Waiting[] {
    const all: Waiting[] = [];
    for (const { client, server } of this.channels.values()) {
      all.push(...client.waiting.values(), ...server.waiting.values());
    }
    return all.sort((a, b) => a.call - b.call);
  }
}

function knownOf(channel: number): Known {
  const end = (): KnownEnd => ({ waiting: new Map(), last: undefined, routine: undefined });
  return {
    channel,
    name: nameless(channel),
    created: undefined,
    inside: false,
    ended: false,
    client: end(),
    server: end(),
  };
}

/** What a channel without a name is called. */
export function nameless(channel: number): string {
  return `channel ${channel}`;
}

function routineOf(name: string, origin: Origin | undefined): Routine {
  return origin?.routine ?? { name, key: name, certain: false };
}

/** `rows.server.send` */
export function titleOf({ channel, end, op }: Waiting): string {
  return `${printable(channel.name)}.${end}.${printable(op)}`;
}

/** Whether a call waits for the first request of a client that nobody has asked for anything: which is no hang. */
export function awaitsFirstRequest({ op, channel }: Waiting): boolean {
  return opening.has(op) && channel.client.last === undefined;
}

/** Who would have to call next, for a call to be answered. */
export function routineToAnswer({ channel, end }: Waiting): Routine | undefined {
  return channel[end === "client" ? "server" : "client"].routine;
}

/** The only call that a routine waits in; nothing if it is in none, or in several. */
export type Lookup = (routine: Routine) => Waiting | undefined;

export function lookupIn(waiting: readonly Waiting[]): Lookup {
  const calls = new Map<string, Waiting | undefined>();
  for (const one of waiting) {
    const key = one.routine?.key;
    if (key === undefined || serving.has(one.op)) continue;
    calls.set(key, calls.has(key) ? undefined : one);
  }
  return ({ key }) => calls.get(key);
}

/** Why a call waits: a sentence, and another if the routine that should answer waits itself. */
export function why(waiting: Waiting, now: number, lookup: Lookup): readonly string[] {
  const { channel, end, call, op } = waiting;
  const { client, server } = channel;
  // A call that opens the end is before no other.
  const calls = [...channel[end].waiting.values()].filter((one) => !opening.has(one.op));
  const before = calls.findIndex((one) => one.call === call);
  if (before > 0) return [`behind ${count(before, "call")} of the same end.`];

  if (end === "client") {
    if (server.last === undefined && server.routine === undefined) {
      return ["for a server. Nobody serves this channel."];
    }
    if (op === "return" || op === "throw") {
      return [
        `for the body to end.${lastCalled("It", server.last)}${server.last === undefined ? "" : "."}`,
        ...waitsIn(server.routine, lookup),
      ];
    }
  } else {
    if (client.last === undefined) {
      return ["for a first request. The client was never asked for anything."];
    }
    if (client.last.op === "return") {
      const left = [client.last.at, ...client.last.callers.slice(0, 1)].filter(Boolean).join(" < ");
      const where = left === "" ? "" : ` at ${printable(left)}`;
      return [
        `for a request that cannot come. The client left${where}, and the body went on after its ChannelClosed.`,
      ];
    }
  }
  const other = end === "client" ? server : client;
  const [item, whose] = end === "client" ? ["item", "Its server"] : ["request", "Its client"];
  return [
    `for the next ${item}.${lastCalled(whose, other.last)}${answered(other.last, now)}`,
    ...waitsIn(other.routine, lookup),
  ];
}

function lastCalled(who: string, last: LastCall | undefined): string {
  if (last === undefined) return "";
  return ` ${who} last called ${printable(last.op)}${last.at === undefined ? "" : ` at ${printable(last.at)}`}`;
}

function answered(last: LastCall | undefined, now: number): string {
  if (last === undefined) return "";
  if (last.answered === undefined) return ".";
  const how = last.how === "aborted" ? "cancelled it" : "was answered";
  return `, ${how} ${duration(now - last.answered)} ago, and has not called since.`;
}

function waitsIn(routine: Routine | undefined, lookup: Lookup): readonly string[] {
  const waiting = routine && lookup(routine);
  return routine && waiting ? [`${printable(routine.name)} waits in ${titleOf(waiting)}.`] : [];
}

/** A call that waits, in words. */
export interface Told {
  readonly call: number;
  readonly t: number;
  readonly title: string;
  readonly at: string | undefined;
  readonly why: readonly string[];
}

/** Who waits at a moment. */
export interface Moment {
  readonly now: number;
  /** How many calls wait. */
  readonly waiting: number;
  /** The oldest of them. */
  readonly waits: readonly Told[];
}

const mostTold = 1000;

export function momentOf(waiting: readonly Waiting[], now: number): Moment {
  const lookup = lookupIn(waiting);
  const waits = waiting.slice(0, mostTold).map((one) => {
    const { call, t, at } = one;
    return { call, t, at, title: titleOf(one), why: why(one, now, lookup) };
  });
  return { now, waiting: waiting.length, waits };
}

/** Why a call will wait no more. */
export const collectedWhy =
  "until it was garbage-collected: nobody could have answered. Its finally blocks did not run.";
