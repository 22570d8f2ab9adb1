/** What `select` does, on plain arrays: each arm has a line of what was sent, or else a line of who waits. */

/** A result: of which arm, or that of a request that is not a selection. */
export type Outcome =
  | "waiting"
  | { readonly key: string; readonly value: unknown; readonly done: boolean }
  | { readonly value: unknown; readonly done: boolean }
  | { readonly error: unknown };

export type Emission =
  | { readonly item: unknown }
  | { readonly end: unknown }
  | { readonly error: unknown };

interface Waiter {
  readonly select: boolean;
  readonly index: number;
}

interface ArmState {
  readonly sent: Emission[];
  waiting: Waiter[];
  ended: boolean;
  /** Whether nothing more can be sent. */
  closed: boolean;
  taken: number;
}

export class SelectModel {
  readonly outcomes: Outcome[] = [];
  readonly arms: readonly ArmState[];
  readonly #names: readonly string[];
  readonly #fair: boolean;
  #selections = 0;

  constructor(names: readonly string[], fair: boolean) {
    this.#names = names;
    this.#fair = fair;
    this.arms = names.map(() => ({ sent: [], waiting: [], ended: false, closed: false, taken: 0 }));
  }

  emit(i: number, emission: Emission): void {
    const arm = this.arms[i]!;
    if (arm.closed) return;
    if (!("item" in emission)) arm.closed = true;
    arm.sent.push(emission);
    this.#serve(i);
  }

  select(): void {
    const waiter = { select: true, index: this.outcomes.push("waiting") - 1 };
    const order = this.arms.map((_, i) => i);
    if (this.#fair) order.sort((a, b) => this.arms[a]!.taken - this.arms[b]!.taken);
    for (const i of order) {
      this.arms[i]!.waiting.push(waiter);
      this.#serve(i);
      if (this.outcomes[waiter.index] !== "waiting") return;
    }
  }

  next(i: number): void {
    this.arms[i]!.waiting.push({ select: false, index: this.outcomes.push("waiting") - 1 });
    this.#serve(i);
  }

  abort(index: number, reason: unknown): void {
    if (this.outcomes[index] !== "waiting") return;
    this.#withdraw(index);
    this.outcomes[index] = { error: reason };
  }

  #serve(i: number): void {
    const arm = this.arms[i]!;
    while (arm.waiting.length > 0 && (arm.sent.length > 0 || arm.ended)) {
      const { select, index } = arm.waiting.shift()!;
      const emission = arm.sent.shift() ?? { end: undefined };
      if (select) this.#withdraw(index);
      if (!("item" in emission)) arm.ended = true;
      if ("error" in emission) this.outcomes[index] = { error: emission.error };
      else {
        const done = "end" in emission;
        const value = "end" in emission ? emission.end : emission.item;
        if (select) arm.taken = ++this.#selections;
        this.outcomes[index] = select ? { key: this.#names[i]!, value, done } : { value, done };
      }
    }
  }

  #withdraw(index: number): void {
    for (const arm of this.arms)
      arm.waiting = arm.waiting.filter((waiter) => waiter.index !== index);
  }
}
