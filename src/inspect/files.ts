import { record } from "./events.ts";
import type { ChannelEvent } from "./events.ts";
import { toHTML } from "./html.ts";
import { knowledge } from "./log.ts";
import { builtin, print, whenEnding } from "./process.ts";
import { toSVG } from "./svg.ts";
import { toTrace } from "./trace.ts";
import type { Known, Waiting } from "./waits.ts";

interface Files {
  writeFileSync(path: string, text: string): void;
}

const formats: Readonly<Record<string, (events: readonly ChannelEvent[]) => string>> = {
  html: toHTML,
  svg: toSVG,
  json: toTrace,
};

/** Records all that happens, and writes it to files when the program ends. */
export function keepFiles(paths: string | undefined, values: boolean): void {
  if (paths === undefined || paths === "") return;
  const fs = builtin("node:fs") as Files | undefined;
  const recording = record({ values });
  whenEnding(() => {
    for (const path of paths.split(",")) {
      const draw = formats[path.slice(path.lastIndexOf(".") + 1)];
      try {
        if (fs === undefined) throw new TypeError("this runtime gives no access to files");
        if (draw === undefined) throw new TypeError("a recording is .html, .svg or .json");
        fs.writeFileSync(path, draw([...forgotten(recording.events), ...recording.events]));
      } catch (error) {
        print(`coroutine-channels: could not write ${path}: ${(error as Error).message}\n`);
      }
    }
  });
}

/** What there was no room for, and must not be missing: the calls that still wait, and the last that their other ends did. */
function forgotten(events: readonly ChannelEvent[]): ChannelEvent[] {
  const start = events[0]?.t ?? 0;
  const calls = new Set(events.map((event) => (event.type === "call" ? event.call : 0)));
  const lost = knowledge.waiting.filter(({ call, t }) => t <= start && !calls.has(call));
  const channels = new Set(lost.map(({ channel }) => channel));
  return [
    ...[...channels].flatMap((known) => [introduction(known, start), ...lastCalls(known, start)]),
    ...lost.map(callOf),
  ];
}

function introduction({ channel, name, created }: Known, t: number): ChannelEvent {
  return { t, channel, type: "channel", name, ...(created !== undefined && { at: created }) };
}

function lastCalls({ channel, client, server }: Known, start: number): ChannelEvent[] {
  return (["server", "client"] as const).flatMap((end): ChannelEvent[] => {
    const { last, waiting, routine } = end === "client" ? client : server;
    if (last === undefined || waiting.has(last.call) || last.t > start) return [];
    const { call, t, op, at, answered, how = "item" } = last;
    const called = {
      t,
      channel,
      type: "call",
      end,
      call,
      op,
      ...placeOf(at, routine?.name),
    } as const;
    const early = answered !== undefined && answered < start;
    return early ? [called, { t: answered, channel, type: "answer", end, call, how }] : [called];
  });
}

function callOf({ channel: { channel }, end, call, op, t, at, routine }: Waiting): ChannelEvent {
  return { t, channel, type: "call", end, call, op, ...placeOf(at, routine?.name) };
}

function placeOf(
  at: string | undefined,
  routine: string | undefined,
): { at?: string; routine?: string } {
  return { ...(at !== undefined && { at }), ...(routine !== undefined && { routine }) };
}
