import { ChannelClosed, ChannelOverflow } from "../index.ts";

/** How errors cross, for those who want more of them to cross, or less. */
export interface ErrorCodec {
  /** Makes of an error, or of anything else that was thrown, a value that can be sent. */
  encode(error: unknown): unknown;
  /** Makes of that what is thrown on the other side. */
  decode(value: unknown): unknown;
}

/** An error as it crosses. What is thrown and is no error crosses as an array of one value. */
interface ErrorRecord {
  name: string;
  message: string;
  code?: string | number;
  cause?: unknown;
  errors?: unknown[];
}

/** How deep causes are followed. */
const deepest = 4;

type Create = (message: string) => Error;

/** All that a record is ever made into: an `Error` with its name is what all others become. */
const creators: ReadonlyMap<string, Create> = new Map<string, Create>([
  ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map(
    (type): [string, Create] => [type.name, (message) => new type(message)],
  ),
  ["AggregateError", (message) => new AggregateError([], message)],
  ["ChannelClosed", (message) => new ChannelClosed({ message })],
  ["ChannelOverflow", (message) => describe(new ChannelOverflow(0), { message })],
]);

/** Errors as records. No stack crosses, since paths are nobody else's business. */
export const errorRecords: ErrorCodec = {
  encode: (error) => encodeError(error, deepest),
  decode: (value) => decodeError(value, deepest),
};

function encodeError(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return [error];
  try {
    const { name, message, code, cause, errors } = error as Error & Partial<ErrorRecord>;
    const record: ErrorRecord = { name: wellFormed(name), message: wellFormed(message) };
    if (typeof code === "string" || Number.isFinite(code)) record.code = code!;
    if (depth > 0 && cause instanceof Error) record.cause = encodeError(cause, depth - 1);
    if (depth > 0 && Array.isArray(errors)) {
      record.errors = errors
        .filter((each) => each instanceof Error)
        .map((each) => encodeError(each, depth - 1));
    }
    return record;
  } catch {
    return { name: "Error", message: "An error that cannot be described" };
  }
}

function decodeError(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return value[0];
  const { name, message, code, cause, errors } = (value ?? {}) as Partial<ErrorRecord>;
  if (typeof name !== "string" || typeof message !== "string") {
    return new Error("The other side has failed, with an error that cannot be read");
  }
  const error = creators.get(name)?.(message) ?? describe(new Error(message), { name });
  if (typeof code === "string" || typeof code === "number") describe(error, { code });
  if (cause !== undefined && depth > 0) describe(error, { cause: decodeError(cause, depth - 1) });
  if (Array.isArray(errors) && depth > 0) {
    describe(error, { errors: errors.map((each) => decodeError(each, depth - 1)) });
  }
  return error;
}

/** Gives an error properties as its constructor would. */
function describe(error: Error, properties: Record<string, unknown>): Error {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(error, name, {
      value,
      writable: true,
      enumerable: name === "code",
      configurable: true,
    });
  }
  return error;
}

/** Without halves of characters, which cannot be encoded. */
function wellFormed(text: unknown): string {
  return String(text).replace(/\p{Surrogate}/gu, "\uFFFD");
}
