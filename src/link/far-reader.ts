import { servableOf } from "../core/serving.ts";
import { StreamChannel } from "../index.ts";
import type { ChannelClosed, Reader, Writer } from "../index.ts";
import type { Transfer } from "../stream/machine/transfer.ts";
import { AskingItems } from "./asking-items.ts";
import type { Opener } from "./asking-party.ts";
import { serveNear } from "./serve-near.ts";
import { assertName } from "./services.ts";
import type { ReaderOptions } from "./services.ts";

/**
 * The reader of a near stream whose body is a relay to the other side.
 *
 * @throws `TypeError` for what is no name; `RangeError` for a `prefetch` that is none.
 */
export function farReader(
  opener: Opener,
  name: string,
  input: unknown,
  { signal, limit, prefetch = 0 }: ReaderOptions = {},
): Reader<unknown> {
  assertName(name);
  if (!Number.isInteger(prefetch) || prefetch < 0) {
    throw new RangeError(`"prefetch" is a number of items, 0 or more: ${prefetch}`);
  }
  const channel = new StreamChannel<unknown>({ signal, limit, name });
  const lane = servableOf(channel)!;
  const stream = lane.life as Transfer<unknown>;
  const asking = new AskingItems(opener, { name, input, signal }, prefetch, stream);
  serveNear(lane, opener, asking, (writer: Writer<unknown>) => {
    const ended = asking.run(writer);
    const leave = (): void => {
      writer.signal.removeEventListener("abort", leave);
      asking.leave((writer.signal.reason as ChannelClosed).value);
    };
    writer.signal.addEventListener("abort", leave);
    if (writer.signal.aborted) leave();
    return ended;
  });
  return channel.client();
}
