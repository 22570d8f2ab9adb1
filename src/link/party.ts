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
  readonly limits: AllLimits;
  /** Whether what can wait should, since the other side has much to read. */
  readonly full: boolean;
  /**
   * Sends a frame; its second and third element are filled in.
   *
   * @param most How many bytes it may have.
   * @returns How many bytes it has, where that is known, and 0 otherwise.
   * @throws What cannot be encoded, or is longer.
   */
  post(frame: unknown[], most?: number): number;
  /** Sends a frame whose last element is an error, or, if that cannot be encoded, the error that says so. */
  postError(frame: readonly unknown[], error: unknown): void;
  /** The error that has come with a frame. */
  errorIn(encoded: unknown): unknown;
  /** Does something at the end of this turn of the event loop. @returns Takes that back. */
  soon(act: () => void): () => void;
  /** Nothing more will come for this party of channel `ch`. */
  ended(ch: number, party: Party, error: unknown): void;
}
