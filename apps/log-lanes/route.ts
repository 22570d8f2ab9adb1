/**
 * The heart of the program, and the reason for its channels: one routine reads lines and pushes each
 * into one of several channels, and each channel feeds a pipeline of its own that pulls.
 *
 * Every send waits until its lane wants more, so no lane is ever ahead of the reading or behind it by
 * more than what is in hand: memory does not grow with the input.
 */

import { Channel, ChannelClosed, type Server } from "coroutine-channels";

import { type Lane, laneOf } from "./lane.ts";
import type { Line } from "./lines.ts";

/** Runs one pipeline for each lane on the lines that belong there; resolves to their results. */
export async function runLanes<R>(
  batches: AsyncIterable<Line[]>,
  lanes: readonly Lane[],
  pipeline: (lane: Lane, lines: AsyncIterable<Line>) => Promise<R>,
): Promise<R[]> {
  const channels = new Map(lanes.map((lane) => [lane, new Channel<Line>({ name: lane.name })]));
  const pipelines = [...channels].map(async ([lane, channel]) => {
    await using lines = channel.client(); // however the pipeline ends, the routing gets to know
    return await pipeline(lane, lines);
  });
  const routing = route(batches, channels).catch(async (error: unknown) => {
    // No lane is left waiting, not even one that the routing had not come to yet.
    await Promise.all([...channels.values()].map((channel) => channel.client().return()));
    // Where a pipeline failed, and so left its channel, this is only the echo: the error itself comes
    // out of the pipeline.
    ChannelClosed.ignore(error);
  });

  // Not Promise.all: it would return while the others are still unwinding.
  const [routed, ...results] = await Promise.allSettled([routing, ...pipelines]);
  if (routed.status === "rejected") throw routed.reason;
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function route(
  batches: AsyncIterable<Line[]>,
  channels: ReadonlyMap<Lane, Channel<Line>>,
): Promise<void> {
  const lanes = [...channels.keys()];
  const servers = new Map<Lane, Server<Line>>();
  for (const [lane, channel] of channels) servers.set(lane, await channel.server());

  for await (const lines of batches) {
    for (const line of lines) await servers.get(laneOf(line.text, lanes))?.send(line);
  }

  for (const server of servers.values()) await server.return();
}
