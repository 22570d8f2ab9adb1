/** One line on standard error, rewritten while the program runs; nothing where it is not a terminal. */

import type { Line } from "./lines.ts";

const EVERY_MS = 100;

export class Progress {
  lines = 0;
  bytes = 0;
  readonly #start = performance.now();
  readonly #terminal: boolean = process.stderr.isTTY;
  #shown = 0;

  /** A pipeline stage: passes lines on and counts them. */
  async *watch(batches: AsyncIterable<Line[]>): AsyncGenerator<Line[]> {
    for await (const lines of batches) {
      this.lines += lines.length;
      for (const { bytes } of lines) this.bytes += bytes;
      if (this.#terminal && performance.now() - this.#shown > EVERY_MS) this.#show("");
      yield lines;
    }
  }

  /** Leaves the final figures standing. */
  end(): void {
    if (this.#terminal && this.lines > 0) this.#show("\n");
  }

  #show(end: string): void {
    this.#shown = performance.now();
    const seconds = (this.#shown - this.#start) / 1000;
    const megabytes = this.bytes / 1e6;
    const memory = process.memoryUsage.rss() / 1e6;
    const text = [
      `${this.lines.toLocaleString("en")} lines`,
      `${megabytes.toFixed(1)} MB`,
      `${(megabytes / seconds).toFixed(1)} MB/s`,
      `${memory.toFixed(0)} MB of memory`,
    ].join(", ");
    process.stderr.write(`\r${text}\x1b[K${end}`);
  }
}
