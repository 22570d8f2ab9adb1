import type { Frame, Link } from "coroutine-channels/link";

/** A link whose other side is the test: it notes what is sent, and lets the test say what comes in. */
export class SilentLink implements Link {
  onframe: ((frame: unknown, bytes?: number) => void) | undefined;
  onclose: ((cause?: unknown) => void) | undefined;
  readonly heartbeat: number | undefined;
  unsent = 0;
  readonly sent: unknown[][] = [];
  closed = false;

  constructor(heartbeat?: number) {
    this.heartbeat = heartbeat;
  }

  send(frame: Frame | Uint8Array): void {
    if (!this.closed) this.sent.push(structuredClone(frame) as unknown[]);
  }

  close(): void {
    this.closed = true;
  }

  /** A frame comes in. */
  says(...frame: unknown[]): void {
    this.onframe?.(frame);
  }

  /** It dies. */
  dies(cause?: unknown): void {
    this.closed = true;
    this.onclose?.(cause);
  }

  /** What has been sent since it was last asked. */
  take(): unknown[][] {
    return this.sent.splice(0);
  }
}
