/** @param rule What is allowed: "limit is an integer from 1". */
export function outOfRange(rule: string, value: unknown): RangeError {
  return new RangeError(`${rule}, and not ${String(value)}`);
}

/** @param rule What is expected: "A source must be iterable". */
export function wrongType(rule: string, value: unknown): TypeError {
  const given = value as { client?: unknown } | undefined | null;
  return new TypeError(
    typeof given?.client === "function"
      ? `${rule}: pass the client() of the channel`
      : `${rule}, and not of type ${typeof value}`,
  );
}

/** @throws `TypeError` for the result of a foreign iterator that is no object. */
export function assertResult(result: unknown): asserts result is IteratorResult<unknown> {
  if (Object(result) !== result)
    throw wrongType("What next() gives must be an object, { value, done }", result);
}
