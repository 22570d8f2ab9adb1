/** A source that notes what is asked of it. */
export class Counted implements AsyncIterable<number> {
  /** How many items have been asked for: 1 and up, without end. */
  asked = 0;
  /** What it has been left with, once for each time. */
  readonly left: unknown[] = [];

  [Symbol.asyncIterator](): AsyncIterator<number> {
    return {
      next: () => Promise.resolve({ value: ++this.asked, done: false }),
      return: (reason?: unknown) => {
        this.left.push(reason);
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }
}
