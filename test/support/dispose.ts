/** `Symbol.asyncDispose`, or what `await using` is compiled to look up where the runtime has none: WebKitGTK. */
const asyncDispose: symbol = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** Does what the end of an `await using` block does. */
export function dispose(end: object): Promise<void> {
  return (end as Record<symbol, () => Promise<void>>)[asyncDispose]!();
}
