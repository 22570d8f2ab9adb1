import type { Frame } from "./frame.ts";

/** What happens in a session, for those who look. */
export type Observed =
  /** A link is up, or has died, or the session is over. */
  | { readonly type: "up" | "down" | "over"; readonly cause?: unknown }
  /** A channel has been opened, or has ended. `far` tells whether its body runs on the other side. */
  | {
      readonly type: "open" | "end";
      readonly service: string;
      readonly ch: number;
      readonly far: boolean;
      readonly error?: unknown;
    }
  /** A frame has gone out, or come in: its type, its channel if it is of one, its bytes where they are known. */
  | {
      readonly type: "sent" | "received";
      readonly frame: number;
      readonly ch: number | undefined;
      readonly bytes?: number | undefined;
    };

/** Hears what goes on in a session: see {@link SessionOptions.observe}. */
export type Observer = (event: Observed) => void;

/** An observer that cannot disturb what it observes: what it throws is reported as an unhandled rejection. */
export function undisturbed(observe: Observer): Observer {
  return (event) => {
    try {
      observe(event);
    } catch (error) {
      void Promise.reject(error);
    }
  };
}

/** What is told of a frame: nothing of its content. */
export function seenFrame(
  type: "sent" | "received",
  frame: Frame,
  bytes: number | undefined,
): Observed {
  const isOfChannel = frame[0] !== 0 && (frame[0] as number) < 9;
  return {
    type,
    frame: frame[0] as number,
    ch: isOfChannel ? (frame[3] as number) : undefined,
    bytes,
  };
}
