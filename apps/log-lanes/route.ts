/**
 * The heart of the program, and the reason for its channels: one routine reads lines and puts each into
 * one of several channels, and each channel feeds a pipeline of its own that pulls.
 *
 * A put waits until its lane takes the line, and no longer: all lanes are at work at once, none is ever
 * ahead of the reading or behind it by more than what is in hand, and memory does not grow with the input.
 */

import { abortable, Channel, ChannelClosed, serveAll } from "coroutine-channels";

import { type Lane, laneOf } from "./lane.ts";
import type { Line } from "./lines.ts";

/** Runs one pipeline for each lane on the lines that belong there; resolves to their results. */
export async function runLanes<R>(
  batches: AsyncIterable<Line[]>,
  lanes: readonly Lane[],
  pipeline: (lane: Lane, lines: AsyncIterable<Line>) => Promise<R>,
): Promise<R[]> {
  const channels = lanes.map(({ name }) => new Channel<Line>({ name }));
  const routing = serveAll(channels, async (servers) => {
    // A lane that is left ends the reading at once, even while the input is silent.
    const signal = AbortSignal.any(servers.map((server) => server.signal));
    for await (const lines of abortable(batches, { signal })) {
      for (const line of lines) await servers[lanes.indexOf(laneOf(line.text, lanes))]?.put(line);
    }
  });
  const pipelines = lanes.map(async (lane, i) => {
    await using lines = channels[i]!.client(); // however the pipeline ends, the routing gets to know
    return await pipeline(lane, lines);
  });

  // Not Promise.all: it would return while the others are still unwinding.
  const outcomes = await Promise.allSettled([routing, ...pipelines]);
  const errors = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  // A lane that fails leaves its channel, which ends the routing and the other lanes: theirs is the echo.
  if (errors.length > 0)
    throw errors.find((error) => !(error instanceof ChannelClosed)) ?? errors[0];
  return Promise.all(pipelines);
}
