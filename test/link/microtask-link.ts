import type { Frame, Link } from "coroutine-channels/link";

/** One side of a link in memory, which passes frames on by reference, a microtask later. */
class MicrotaskLink implements Link {
  onframe: ((frame: unknown) => void) | undefined;
  onclose: ((cause?: unknown) => void) | undefined;
  other!: MicrotaskLink;
  #closed = false;

  send(frame: Frame | Uint8Array): void {
    if (this.#closed) return;
    const { other } = this;
    queueMicrotask(() => {
      if (!other.#closed) other.onframe?.(frame);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { other } = this;
    queueMicrotask(() => {
      if (other.#closed) return;
      other.#closed = true;
      other.onclose?.();
    });
  }
}

/** A link in memory, by reference. */
export function microtaskLinks(): [Link, Link] {
  const one = new MicrotaskLink();
  const two = new MicrotaskLink();
  one.other = two;
  two.other = one;
  return [one, two];
}
