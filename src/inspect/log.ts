import type { Life } from "../core/life.ts";
import { chapter, happen } from "./events.ts";
import type { ChannelEvent, End, Handed, How } from "./events.ts";
import { here } from "./place.ts";
import type { Entry, Place } from "./place.ts";
import { now } from "./process.ts";
import { Groups } from "./report.ts";
import { context, runBody } from "./routine.ts";
import type { Body } from "./routine.ts";
import { awaitsFirstRequest, Knowledge, nameless } from "./waits.ts";
import type { Known, Origin, Routine } from "./waits.ts";

/** What is known of all channels now. */
export const knowledge: Knowledge = new Knowledge();

/** The calls that were garbage-collected while they waited, and have not been told of. */
let lost = new Groups(true);

export function lostSoFar(): Groups {
  return lost;
}

export function forgetLost(): void {
  lost = new Groups(true);
}

const gone = new FinalizationRegistry<number>((channel) => {
  const known = knowledge.of(channel);
  for (const end of ["client", "server"] as const) {
    for (const waiting of known[end].waiting.values()) {
      if (!awaitsFirstRequest(waiting)) lost.add(waiting);
      tell({ t: now(), channel, type: "collected", end, call: waiting.call });
    }
  }
  knowledge.channels.delete(channel);
});

function tell(event: ChannelEvent, origin?: Origin, handed?: Handed): void {
  knowledge.apply(event, origin);
  happen(event, handed);
}

let channels = 0;
let calls = 0;

/** Tells of one channel, of which it holds only the number. */
export class Log {
  readonly channel: number = ++channels;
  #name = "";
  #chapter = chapter();
  readonly #made: string | undefined;
  /** Whether the library has made it for itself. */
  readonly #inside: boolean;

  constructor(life: Life) {
    const { at, inside, piece } = here();
    this.#made = at ?? context().piece?.made;
    this.#inside = inside;
    this.#introduce(life.name ?? (inside ? piece : undefined));
    gone.register(life, this.channel);
  }

  get known(): Known {
    return knowledge.of(this.channel);
  }

  /** A call comes in. @returns Its number. */
  call(
    end: End,
    op: string,
    name: string | undefined,
    handed: Handed | undefined,
    entry: Entry,
  ): Called {
    const renamed = name !== undefined && name !== this.#name;
    if (renamed || this.#chapter !== chapter()) this.#introduce(name);
    const place = here(entry);
    const { body, piece } = context();
    const asks = place.piece ?? (place.inside ? piece?.name : undefined);
    const at = place.at ?? (place.inside ? (piece?.made ?? this.#made) : undefined);
    const routine = routineOf(body, place, asks);
    const call = ++calls;
    tell(
      {
        t: now(),
        channel: this.channel,
        type: "call",
        end,
        call,
        op: asks ?? op,
        ...(at !== undefined && { at }),
        ...(routine !== undefined && { routine: routine.name }),
      },
      { callers: place.callers, routine },
      handed,
    );
    return { call, frames: place.frames };
  }

  answer(end: End, call: number, how: How, by: number | undefined, handed?: Handed): void {
    tell(
      {
        t: now(),
        channel: this.channel,
        type: "answer",
        end,
        call,
        how,
        ...(by !== undefined && { by }),
      },
      undefined,
      handed,
    );
  }

  abort(): void {
    tell({ t: now(), channel: this.channel, type: "abort" });
  }

  /** A body begins, which serves the channels of these logs. */
  run<S, R>(body: (server: S) => R, server: S, served: readonly Log[]): R {
    const more = served.length > 1 ? ` and ${served.length - 1} more` : "";
    const name = body.name || `body of ${this.#name}${more}`;
    return runBody(name, () => {
      const routine = routineOf(context().body);
      for (const { channel } of served) {
        tell({ t: now(), channel, type: "body", end: "server", routine: name }, { routine });
      }
      return body(server);
    });
  }

  #introduce(name: string | undefined): void {
    this.#chapter = chapter();
    this.#name = name ?? nameless(this.channel);
    const at = this.#made;
    tell(
      {
        t: now(),
        channel: this.channel,
        type: "channel",
        name: this.#name,
        ...(at !== undefined && { at }),
      },
      { inside: this.#inside },
    );
  }
}

interface Called {
  readonly call: number;
  readonly frames: string;
}

/** Who calls: a body, or the outermost function of the chain of calls, or a piece of the library. */
function routineOf(body: Body | undefined, place?: Place, piece?: string): Routine | undefined {
  if (body !== undefined) return { ...body, certain: true };
  const outermost = place?.outermost;
  if (outermost !== undefined) {
    const { name, file } = outermost;
    return { name, key: `${name} ${file}`, certain: false };
  }
  return piece === undefined ? undefined : { name: piece, key: piece, certain: false };
}
