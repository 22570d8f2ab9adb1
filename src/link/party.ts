import { errorRecords } from "./error-record.ts";
import type { ErrorCodec } from "./error-record.ts";
import type { Frame } from "./frame.ts";
import type { AllLimits } from "./limits.ts";
import type { LinkClosed } from "./link-closed.ts";

/** One side of a channel, as its session sees it. */
export interface Party {
  /** The name of its service. */
  readonly name: string;
  /**
   * A frame has come for it.
   *
   * @throws `Violation`.
   */
  receive(frame: Frame): void;
  /** The session is over. */
  lose(error: LinkClosed): void;
  /** There is room again for what has waited. */
  goOn?(): void;
}

/** A session, as a party sees it. */
export interface Line {
  readonly errors: ErrorCodec;
  readonly limits: AllLimits;
  /** Whether what can wait should, since the other side has much to read. */
  readonly full: boolean;
  /**
   * Sends a frame; its second and third element are filled in.
   *
   * @returns How many bytes it has, where that is known, and 0 otherwise.
   * @throws What cannot be encoded.
   */
  post(frame: unknown[]): number;
  /** Does something at the end of this turn of the event loop. @returns Takes that back. */
  soon(act: () => void): () => void;
  /** Nothing more will come for this party of channel `ch`. */
  ended(ch: number, party: Party, error: unknown): void;
}

/** Posts a frame with an error, or, if that cannot be encoded, with the error that says so. */
export function postError(
  line: Line,
  error: unknown,
  frameWith: (encoded: unknown) => unknown[],
): void {
  try {
    line.post(frameWith(line.errors.encode(error)));
  } catch (refusal) {
    line.post(frameWith(errorRecords.encode(refusal)));
  }
}

/** The error that has come with a frame. */
export function errorIn(line: Line, encoded: unknown): unknown {
  try {
    return line.errors.decode(encoded);
  } catch (error) {
    return error;
  }
}
