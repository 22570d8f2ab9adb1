/** Where the time goes: V8's own sampling profiler, on the program that a limit is about. */

import { Session } from "node:inspector/promises";
import { basename } from "node:path";

/** A function, and its share of the time without that of what it calls. */
export interface ProfileLine {
  readonly name: string;
  /** The file's name and the line; empty for what belongs to the engine. */
  readonly place: string;
  readonly share: number;
}

const MICROSECONDS = 100;
const SECONDS = 2;
const LEAST_SHARE = 0.02;

export async function profileOf(run: () => unknown): Promise<ProfileLine[]> {
  await repeat(run, SECONDS / 2);
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: MICROSECONDS });
  await session.post("Profiler.start");
  await repeat(run, SECONDS);
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();

  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const lines = new Map<string, ProfileLine>();
  const { samples = [], timeDeltas = [] } = profile;
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  samples.forEach((id, i) => {
    const frame = frames.get(id);
    if (frame === undefined) return;
    const { functionName, url, lineNumber } = frame;
    const name = functionName || "anonymous";
    const place = url === "" ? "" : `${basename(url.split("?")[0] ?? "")}:${lineNumber + 1}`;
    const key = `${name} ${place}`;
    const share = (lines.get(key)?.share ?? 0) + (timeDeltas[i] ?? 0) / total;
    lines.set(key, { name, place, share });
  });
  return (
    [...lines.values()]
      // What the profiler itself takes is no part of it.
      .filter(({ place, share }) => share >= LEAST_SHARE && !place.startsWith("node:inspector"))
      .toSorted((a, b) => b.share - a.share)
  );
}

async function repeat(run: () => unknown, seconds: number): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) await run();
}
