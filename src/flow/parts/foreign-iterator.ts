import { Pipe } from "./pipe.ts";

interface ForeignIterator {
  next(): PromiseLike<IteratorResult<unknown, unknown>>;
}

const pipes = new WeakMap<ForeignIterator, Pipe<unknown, unknown>>();

/**
 * An end that can take a request back, in place of an iterator that cannot: its `next()` goes on waiting, once, and what
 * comes of it is kept for whoever asks next. It is the same at every call, so that nothing kept is lost.
 */
export function askableFor(iterator: ForeignIterator): Pipe<unknown, unknown> {
  let pipe = pipes.get(iterator);
  if (pipe === undefined) {
    pipe = new Pipe<unknown, unknown>({
      [Symbol.asyncIterator]: () => iterator as AsyncIterator<unknown>,
    });
    pipes.set(iterator, pipe);
  }
  return pipe;
}
