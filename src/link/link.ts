import type { Frame } from "./frame.ts";

/**
 * Moves frames between the two sides of a session. It promises only this: frames arrive whole, and in order. It may lose
 * them, and it may die; the session notices both. It knows nothing of channels.
 *
 * A link of your own is two functions and two events. It keeps what comes in until `onframe` has been set.
 */
export interface Link {
  /**
   * Sends a frame, or what {@link Link.encode} has made of one; does nothing once the link is closed.
   *
   * @param transfer What is to be moved and not copied, where the link can do that.
   * @throws What cannot be encoded; nothing has been sent then.
   */
  send(frame: Frame | Uint8Array, transfer?: readonly unknown[]): void;
  /** Closes the link, after what has been sent. Any further call does nothing. */
  close(): void;
  /**
   * Is called with each frame that comes in, or an `Error` for what cannot be decoded, and how many bytes it took, where
   * the link knows.
   */
  onframe: ((frame: unknown, bytes?: number) => void) | undefined;
  /** Is called once, after the last frame, with the error that ended the link, if there was one. */
  onclose: ((cause?: unknown) => void) | undefined;
  /**
   * Turns a frame into the bytes that `send` takes, too: once, however often it is sent, so that it stays what it was.
   *
   * @throws What cannot be encoded.
   */
  encode?(frame: Frame): Uint8Array;
  /** After how many milliseconds of silence to ask whether the other side is still there, unless the session says. */
  readonly heartbeat?: number | undefined;
  /** How many bytes the transport has still to take, where the link knows. */
  readonly unsent?: number | undefined;
  /** The longest frame, in bytes, that it lets in or out. The session sets it. */
  frameLimit?: number | undefined;
}
