import type { Reader } from "coroutine-channels";

import { batchOf } from "../measure/batch-of.ts";
import { library } from "../measure/library.ts";

const { StreamChannel } = library;

/**
 * A stream to which one and the same batch is written again and again, `count` items in all. The writer is made here and
 * not where it is read: V8 compiles the loops of a consumer that makes a closure worse.
 */
export function lending(count: number, size: number): Reader<number> {
  const batch = batchOf(size);
  const channel = new StreamChannel<number>();
  void channel.serve(async (writer) => {
    for (let i = 0; i < count; i += size) await writer.write(batch);
  });
  return channel.client();
}
