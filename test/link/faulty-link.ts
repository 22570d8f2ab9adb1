import type { Frame, Link } from "coroutine-channels/link";
import { messagePack } from "coroutine-channels/socket";

import { FrameReader, withLengths } from "../../src/socket/framing.ts";
import type { DrivenClock } from "./driven-clock.ts";

/** How likely each fault is, at each frame. */
export interface Faults {
  /** The link dies; what is under way is lost, and each side hears of it on its own. */
  readonly cut: number;
  /** The frame comes twice. */
  readonly duplicate: number;
  /** The frame does not come. */
  readonly drop: number;
  /** One of the last frames comes once more, some time later. */
  readonly repeat: number;
  /** How long a frame is under way at most, in milliseconds. */
  readonly delay: number;
}

/** One side of a link that behaves badly. What arrives does so in order, unless it is repeated. */
class FaultyLink implements Link {
  onframe: ((frame: unknown, bytes?: number) => void) | undefined;
  onclose: ((cause?: unknown) => void) | undefined;
  other!: FaultyLink;
  readonly heartbeat = 1000;
  readonly #network: FaultyNetwork;
  readonly #reader = new FrameReader();
  readonly #recent: Uint8Array[] = [];
  #closed = false;
  /** When the last frame that was sent arrives: no later one arrives before it. */
  #last = 0;

  constructor(network: FaultyNetwork) {
    this.#network = network;
  }

  encode(frame: Frame): Uint8Array {
    return messagePack.encode(frame);
  }

  send(frame: Frame | Uint8Array): void {
    const { random, faults, clock, counts } = this.#network;
    if (this.#closed) return;
    const bytes = frame instanceof Uint8Array ? frame : this.encode(frame);
    this.#recent.push(bytes);
    if (this.#recent.length > 8) this.#recent.shift();
    if (random() < faults.cut) {
      counts.cut++;
      this.cut();
      return;
    }
    if (random() < faults.drop) counts.drop++;
    else this.#pass(bytes);
    if (random() < faults.duplicate) {
      counts.duplicate++;
      this.#pass(bytes);
    }
    if (random() < faults.repeat) {
      counts.repeat++;
      const old = this.#recent[Math.floor(random() * this.#recent.length)]!;
      clock.after(random() * 4 * faults.delay, () => this.#pass(old));
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#network.clock.after(this.#arrival() - this.#network.clock.now(), () => this.other.#end());
  }

  /** Dies: nothing that is under way arrives. */
  cut(): void {
    const { clock, random, faults } = this.#network;
    for (const side of [this, this.other]) {
      side.#closed = true;
      clock.after(random() * faults.delay, () => side.#end());
    }
  }

  #pass(bytes: Uint8Array): void {
    if (this.#closed) return;
    const { clock } = this.#network;
    clock.after(this.#arrival() - clock.now(), () => this.other.#arrive(bytes));
  }

  #arrival(): number {
    const { clock, random, faults } = this.#network;
    this.#last = Math.max(this.#last, clock.now() + random() * faults.delay);
    return this.#last;
  }

  /** Comes in as bytes do: in pieces of any size. */
  #arrive(bytes: Uint8Array): void {
    let rest: Uint8Array = withLengths([bytes]);
    while (rest.length > 0) {
      const size = 1 + Math.floor(this.#network.random() * rest.length);
      for (const frame of this.#reader.read(rest.subarray(0, size), () => 2 ** 20)) {
        if (!this.#closed) this.onframe?.(messagePack.decode(frame), frame.length);
      }
      rest = rest.subarray(size);
    }
  }

  #end(): void {
    this.#closed = true;
    this.onclose?.(new Error("The link was cut"));
  }
}

/** Makes links that behave badly, on a clock that is driven and by numbers that come again. */
export class FaultyNetwork {
  readonly counts = { links: 0, cut: 0, drop: 0, duplicate: 0, repeat: 0 };
  readonly clock: DrivenClock;
  readonly random: () => number;
  faults: Faults;
  current: FaultyLink | undefined;

  constructor(clock: DrivenClock, random: () => number, faults: Faults) {
    this.clock = clock;
    this.random = random;
    this.faults = faults;
  }

  link(): [Link, Link] {
    this.counts.links++;
    const one = new FaultyLink(this);
    const two = new FaultyLink(this);
    one.other = two;
    two.other = one;
    this.current = one;
    return [one, two];
  }
}
