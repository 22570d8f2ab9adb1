/**
 * The heart of the program, and the reason for its channels: one routine reads lines and pushes each
 * into one of several channels, and each channel feeds a pipeline of its own that pulls.
 *
 * Every send waits until its lane wants more, so no lane is ever ahead of the reading or behind it by
 * more than what is in hand: memory does not grow with the input.
 */

import { Channel, ChannelClosed } from "coroutine-channels";

import { type Lane, laneOf } from "./lane.ts";
import type { Line } from "./lines.ts";

/** Runs one pipeline for each lane on the lines that belong there; resolves to their results. */
export async function runLanes<R>(
  batches: AsyncIterable<Line[]>,
  lanes: readonly Lane[],
  pipeline: (lane: Lane, lines: AsyncIterable<Line>) => Promise<R>,
): Promise<R[]> {
  const channels = lanes.map(({ name }) => new Channel<Line>({ name }));
  const results = channels.map(async (channel, i) => {
    await using lines = channel.client(); // however the pipeline ends, the routing gets to know
    return await pipeline(lanes[i] as Lane, lines);
  });
  // A pipeline that fails leaves its channel, and the routing ends with ChannelClosed. That is only
  // the echo: the error itself comes out of the pipeline.
  const routing = route(batches, lanes, channels).catch(ChannelClosed.ignore);

  const [routed, ...settled] = await Promise.allSettled([routing, ...results]);
  if (routed.status === "rejected") throw routed.reason;
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function route(
  batches: AsyncIterable<Line[]>,
  lanes: readonly Lane[],
  channels: readonly Channel<Line>[],
): Promise<void> {
  // However this block is left, every lane is closed, so no pipeline waits for ever.
  await using stack = new AsyncDisposableStack();
  const writers = [];
  for (const channel of channels) writers.push(stack.use(await channel.server()));

  for await (const lines of batches) {
    for (const line of lines) await writers[laneOf(line.text, lanes)]?.send(line);
  }
}
