/** What surrounds a program: its trace, its errors, and what it waits for. */
import { settled } from "../support/settled.ts";

class Failure extends Error {}
const failures: Error[] = [];
/** Error number n: always the same object. */
export const errorOf = (n: number): Error => (failures[n] ??= new Failure(`e${n}`));

export async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null;
}

/** A result, and an error, by what it is; another error than the very one is shown as such. */
export function shown(value: unknown): string {
  if (value instanceof Failure) return failures.includes(value) ? value.message : "a copied error";
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return value === undefined ? "undefined" : JSON.stringify(value);
}

export class World {
  /** What the body saw. */
  readonly seen: string[] = [];
  /** How often all has come to rest. */
  round = 0;
  readonly #stamped: boolean;
  #waiting: (() => void)[] = [];

  constructor(stamped: boolean) {
    this.#stamped = stamped;
  }

  get stamp(): string {
    return this.#stamped ? `${this.round}: ` : "";
  }

  readonly see = (what: string, ...values: unknown[]): void => {
    this.seen.push(`${this.stamp}${[what, ...values.map(shown)].join(" ")}`);
  };

  readonly wait = (): Promise<void> =>
    new Promise((resolve) => {
      this.#waiting.push(resolve);
    });

  /** Whether anything waits for a release. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** Releases all that still comes to wait. */
  async finish(): Promise<void> {
    await this.rest();
    while (this.waits) {
      this.release();
      await this.rest();
    }
  }

  async rest(): Promise<void> {
    await settled();
    this.round++;
  }
}
