import { circlesIn } from "./circles.ts";
import { count, duration, grouped, printable } from "./text.ts";
import { collectedWhy, lookupIn, nameless, titleOf, why } from "./waits.ts";
import type { Waiting } from "./waits.ts";

/** Calls that are alike, of which one stands for all. */
interface Group {
  /** The oldest. */
  first: Waiting;
  readonly lost: boolean;
  count: number;
}

/** What a report is about. */
export interface Situation {
  /** The calls that wait, oldest first. */
  readonly waiting: readonly Waiting[];
  /** Those that were garbage-collected while they waited. */
  readonly lost: Groups;
  /** How many channels there are. */
  readonly channels: number;
  readonly now: number;
  /** Whether nothing runs any more, so that a circle is a deadlock. */
  readonly idle: boolean;
}

/** Calls, of which it keeps one of each kind, and how many there are. */
export class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #lost: boolean;
  #size = 0;

  constructor(lost: boolean) {
    this.#lost = lost;
  }

  /** How many calls there are. */
  get size(): number {
    return this.#size;
  }

  add(call: Waiting): void {
    const { channel, end, op, at } = call;
    const key = JSON.stringify([channel.name.replace(/\d+$/, ""), end, op, at]);
    const group = this.#groups.get(key);
    this.#size++;
    if (group === undefined) {
      this.#groups.set(key, { first: call, lost: this.#lost, count: 1 });
      return;
    }
    group.count++;
    if (call.call < group.first.call) group.first = call;
  }

  [Symbol.iterator](): Iterator<Group> {
    return this.#groups.values();
  }
}

const mostGroups = 10;
const columns = 120;

/** All that waits, in words. */
export function reportOf(situation: Situation): string {
  const { waiting, lost, now, idle } = situation;
  const alike = new Groups(false);
  for (const call of waiting) alike.add(call);
  const groups = [...alike, ...lost].sort(
    (a, b) => b.count - a.count || a.first.call - b.first.call,
  );
  const lookup = lookupIn(waiting);
  const paragraphs = [
    headline(situation),
    ...circlesIn(waiting).map((circle) => drawn(circle, idle)),
    ...groups.slice(0, mostGroups).map((group) => {
      const sentences = group.lost ? [collectedWhy] : why(group.first, now, lookup);
      const indented = sentences.map((sentence) => wrapped(`  ${sentence}`));
      return [wrapped(headOf(group, now)), ...indented].join("\n");
    }),
  ];
  const rest = groups.length - mostGroups;
  if (rest > 0) paragraphs.push(`and ${count(rest, "more group")}.`);
  return `${paragraphs.join("\n\n")}\n`;
}

function headline({ waiting, lost, channels }: Situation): string {
  const those = new Set(
    waiting.filter(({ channel }) => !channel.inside).map(({ channel }) => channel),
  ).size;
  const where = those === 0 ? "" : `, on ${grouped(those)} of ${count(channels, "channel")}`;
  const waits =
    waiting.length === 0
      ? "no call waits"
      : `${count(waiting.length, "call")} ${waiting.length === 1 ? "waits" : "wait"}${where}`;
  const were =
    lost.size === 1 ? "was garbage-collected while it" : "were garbage-collected while they";
  const gone = lost.size === 0 ? "" : ` ${count(lost.size, "call")} ${were} waited.`;
  return `coroutine-channels: ${waits}.${gone}`;
}

/** Who waits for whom, in a circle. */
function drawn(circle: readonly Waiting[], idle: boolean): string {
  const names = circle.map(({ routine }) => printable(routine?.name ?? ""));
  const calls = circle.map((call) => `in ${titleOf(call)}`);
  const width = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));
  const lines = circle.map(({ at = "" }, i) =>
    `  ${names[i]!.padEnd(width(names))}  ${calls[i]!.padEnd(width(calls))}  ${positionOf(at)}`.trimEnd(),
  );
  const what = idle ? "Deadlock" : "Perhaps a deadlock";
  return [`${what}: each waits for the next, the last for the first.`, ...lines].join("\n");
}

function headOf({ first, lost, count: size }: Group, now: number): string {
  const { channel, at, t } = first;
  const created =
    channel.name !== nameless(channel.channel) && at !== undefined
      ? undefined
      : channel.created && positionOf(channel.created);
  return [
    titleOf(first),
    created === undefined ? "" : ` (created at ${created})`,
    lost ? "" : ` since ${duration(now - t)}`,
    size === 1 ? "" : `, and ${grouped(size - 1)} more like it`,
    at === undefined ? "" : `, at ${printable(at)}`,
  ].join("");
}

/** Of `main (app.js:6:42)`, the position alone. */
function positionOf(place: string): string {
  return printable(/\(([^()]*)\)$/.exec(place)?.[1] ?? place);
}

/** Breaks a line between words, as late as it can, and indents what follows as it is itself. */
function wrapped(line: string): string {
  const indent = /^ */.exec(line)![0];
  const lines = [""];
  for (const word of line.trimStart().split(" ")) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = indent + word;
    else if (last.length + 1 + word.length <= columns) lines[lines.length - 1] += ` ${word}`;
    else lines.push(indent + word);
  }
  return lines.join("\n");
}
