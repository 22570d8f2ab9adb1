import { Channel } from "../channel.ts";
import { CLIENT } from "../core/call.ts";
import type { Life } from "../core/life.ts";
import { servableOf } from "../core/serving.ts";
import { End } from "../end.ts";
import type { End as EndName } from "./events.ts";
import { now } from "./process.ts";
import { duration, printable } from "./text.ts";
import { Watched } from "./watched.ts";

/** What `console.log` looks for, in Node, Deno and Bun. */
const custom = Symbol.for("nodejs.util.inspect.custom");

/** Lets `console.log` show channels and ends by their name, and who waits there. */
export function makeReadable(): void {
  show(Channel.prototype, (channel) => {
    const life = servableOf(channel)?.life;
    return shown("Channel", life, ["client", "server"], (end) => `${end} `);
  });
  show(End.prototype as End<unknown, unknown, unknown>, (end) => {
    const [life, side] = End.meeting(end);
    const [title, name] = side === CLIENT ? (["Client", "client"] as const) : (["Server", "server"] as const);
    return shown(title, life, [name], () => "");
  });
}

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
  if (!(life instanceof Watched)) return `${title} {}`;
  const { known } = life.log;
  const states = ends.flatMap((end) =>
    [...known[end].waiting.values()].map(({ op, t, at }) => {
      const where = at === undefined ? "" : `, at ${printable(at)}`;
      return `${subject(end)}waits in ${printable(op)}, since ${duration(now() - t)}${where}`;
    }),
  );
  const state = states.length > 0 ? states.join("; ") : life.closed ? "ended" : "idle";
  return `${title} ${printable(known.name)} { ${state} }`;
}
