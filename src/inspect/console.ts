import { Channel } from "../channel.ts";
import { CLIENT } from "../core/call.ts";
import type { Life } from "../core/life.ts";
import { servableOf } from "../core/serving.ts";
import { End } from "../end.ts";
import { Hub } from "../flow/parts/hub.ts";
import { Outlet } from "../flow/parts/outlet.ts";
import { ReaderEnd } from "../stream/reader.ts";
import { StreamChannel } from "../stream/stream-channel.ts";
import { WriterEnd } from "../stream/writer.ts";
import type { End as EndName } from "./events.ts";
import { logOf } from "./observed.ts";
import { now } from "./process.ts";
import { count, duration, printable } from "./text.ts";

/** What `console.log` looks for, in Node, Deno and Bun. */
const custom = Symbol.for("nodejs.util.inspect.custom");

/** Lets `console.log` show channels, ends and flows by their name, and who waits there. */
export function makeReadable(): void {
  for (const { prototype, name } of [Channel, StreamChannel]) {
    show<object>(prototype, (channel) =>
      shown(name, servableOf(channel)?.life, ["client", "server"], (end) => `${end} `),
    );
  }
  show(End.prototype as End<unknown, unknown, unknown>, (end) => {
    const [life, side] = End.meeting(end);
    return side === CLIENT
      ? shown("Client", life, ["client"], () => "")
      : shown("Server", life, ["server"], () => "");
  });
  show(ReaderEnd.prototype as ReaderEnd<unknown>, (reader) =>
    shown("Reader", ReaderEnd.meeting(reader), ["client"], () => ""),
  );
  show(WriterEnd.prototype as WriterEnd<unknown>, (writer) =>
    shown("Writer", WriterEnd.meeting(writer), ["server"], () => ""),
  );
  show(Outlet.prototype as Outlet<unknown, unknown>, shownFlow);
  show(
    Hub.prototype as Hub<unknown>,
    ({ present }) => `Flow { ${count(present.size, "consumer")} }`,
  );
}

/** What `merge`, `buffer` and the other pieces return for one consumer: `Flow { 2 items kept }` */
function shownFlow({ ended, hungry, kept }: Outlet<unknown, unknown>): string {
  if (kept > 0) return `Flow { ${count(kept, "item")} kept }`;
  return `Flow { ${ended ? "ended" : hungry ? "its consumer waits" : "idle"} }`;
}

/** Shows values of a class as `how` has it. */
function show<C extends object>(prototype: C, how: (value: C) => string): void {
  Object.defineProperty(prototype, custom, {
    configurable: true,
    value(this: C): string {
      return how(this);
    },
  });
}

/** `Client letters { waits in next, since 2.1 s, at numbers (app.js:12:40) }` */
function shown(
  title: string,
  life: Life | undefined,
  ends: readonly EndName[],
  subject: (end: EndName) => string,
): string {
  const known = logOf(life)?.known;
  if (life === undefined || known === undefined) return `${title} {}`;
  const states = ends.flatMap((end) =>
    [...known[end].waiting.values()].map(({ op, t, at }) => {
      const where = at === undefined ? "" : `, at ${printable(at)}`;
      return `${subject(end)}waits in ${printable(op)}, since ${duration(now() - t)}${where}`;
    }),
  );
  const state = states.length > 0 ? states.join("; ") : life.closed ? "ended" : "idle";
  return `${title} ${printable(known.name)} { ${state} }`;
}
