import type { Taker } from "../../adapters/source.ts";

/** What a readable stream reads from. */
export interface Supply {
  /** Somebody waits to read. */
  ask(): void;
  /** Nobody will read any more. */
  leave(reason: unknown): Promise<void>;
}

/** Makes a web stream that asks for nothing before somebody reads. */
export function readableOf<T>(supplying: (stream: Taker<T>) => Supply): ReadableStream<T> {
  let supply: Supply;
  return new ReadableStream<T>(
    {
      start(controller) {
        supply = supplying({
          give: (item) => controller.enqueue(item),
          end: () => controller.close(),
          fail: (error) => controller.error(error),
        });
      },
      pull: () => supply.ask(),
      cancel: (reason) => supply.leave(reason),
    },
    { highWaterMark: 0 },
  );
}
