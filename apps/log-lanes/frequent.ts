/**
 * The most frequent strings of a stream of any length, in memory for at most 2 * capacity of them.
 *
 * The Misra-Gries sketch: when the table is full, every count is lowered by the median count, and what
 * falls to zero is dropped. So a count is never too high, and too low by `slack` at most, which is at
 * most total / capacity: a string more frequent than that cannot be missing.
 */
export class Frequent {
  /** By how much a count may be too low. 0: nothing was ever dropped, and all counts are exact. */
  slack = 0;
  readonly #counters = new Map<string, { count: number }>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(item: string): void {
    const counter = this.#counters.get(item);
    if (counter) {
      counter.count += 1;
      return;
    }
    if (this.#counters.size === 2 * this.#capacity) this.#lower();
    // A copy: a string cut out of a larger one would keep all of that in memory.
    this.#counters.set(Buffer.from(item).toString(), { count: 1 });
  }

  /** The first `n` with their counts, most frequent first; in order of appearance where counts are equal. */
  top(n: number): [item: string, count: number][] {
    const all = [...this.#counters].map(([item, { count }]): [string, number] => [item, count]);
    return all.toSorted(([, a], [, b]) => b - a).slice(0, n);
  }

  /** Drops at least half of the table, so its cost is spread over as many additions. */
  #lower(): void {
    const counts = [...this.#counters.values()].map(({ count }) => count).toSorted((a, b) => b - a);
    const median = counts[this.#capacity] ?? 0;
    for (const [item, counter] of this.#counters) {
      counter.count -= median;
      if (counter.count <= 0) this.#counters.delete(item);
    }
    this.slack += median;
  }
}
