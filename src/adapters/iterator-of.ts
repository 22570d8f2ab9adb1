/** What an adapter reads from: a client end, a reader, an async generator; an array or a generator, too. */
export type Items<T> = AsyncIterable<T, unknown> | Iterable<T, unknown>;

/**
 * Opens what can be iterated. What a synchronous iterator gives is an item as it is, be it a promise.
 *
 * @throws `TypeError` for what is no source, which says what to pass instead.
 */
export function iteratorOf<T>(source: Items<T>): AsyncIterator<T, unknown> | Iterator<T, unknown> {
  const { [Symbol.asyncIterator]: openAsync, [Symbol.iterator]: open } = (source ?? {}) as Partial<
    AsyncIterable<T, unknown> & Iterable<T, unknown>
  >;
  if (typeof openAsync === "function") return openAsync.call(source);
  if (typeof open === "function") return open.call(source);
  throw new TypeError(
    has(source, "client")
      ? "Could not read from a channel itself: pass its client()"
      : `Could not read from ${shown(source)}: pass a client end, a reader or something else to iterate over`,
  );
}

/** Whether `value` has a method of that name, by which a mistaken argument is told from a right one. */
export function has(value: unknown, method: string): boolean {
  return typeof (value as Record<string, unknown> | undefined | null)?.[method] === "function";
}

/** A value, for a message. */
export function shown(value: unknown): string {
  return value === null ? "null" : `a value of type ${typeof value}`;
}
