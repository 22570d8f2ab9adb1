import { EventEmitter } from "node:events";

/** Emits so many events at a time, while somebody waits for the first of them, and takes them all. */
export async function takeBursts(
  iterate: (emitter: EventEmitter) => AsyncIterable<readonly [number]>,
  count: number,
  burst: number,
): Promise<number> {
  const emitter = new EventEmitter();
  const items = iterate(emitter)[Symbol.asyncIterator]();
  let sum = 0;
  for (let emitted = 0; emitted < count; emitted += burst) {
    const first = items.next();
    if (emitted === 0) await undefined; // some begin to listen now
    for (let i = 0; i < burst; i++) emitter.emit("item", i);
    sum += value(await first);
    for (let i = 1; i < burst; i++) sum += value(await items.next());
  }
  await items.return?.();
  return sum;
}

const value = ({ value, done }: IteratorResult<readonly [number], unknown>): number =>
  done ? 0 : value[0];
