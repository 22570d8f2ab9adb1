import type { Clock } from "./clock.ts";
import { BYE, checkFrame, HELLO, Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { AllLimits } from "./limits.ts";
import type { Link } from "./link.ts";
import { shut } from "./shut.ts";
import type { Wire } from "./wire.ts";

/** The most that comes in before it is known who the other side is: HELLO, and what may follow it at once. */
const longest = 64 * 1024;
const most = 16;

/** A link that has been accepted, until it is known whose it is. */
export class Arrival {
  /** Whether it has been refused, or has died. */
  gone = false;
  readonly #link: Link;
  readonly #early: Frame[] = [];
  readonly #left: () => void;
  readonly #cancel: () => void;

  /**
   * @param greet Is called with the other side's HELLO.
   * @param left Is called when it has been refused, handed over, or has died.
   */
  constructor(
    link: Link,
    clock: Clock,
    limits: AllLimits,
    greet: (hello: Frame) => void,
    left: () => void,
  ) {
    this.#link = link;
    this.#left = left;
    this.#cancel = clock.after(limits.handshake, () => this.refuse("handshake"));
    link.frameLimit = Math.min(longest, limits.frame);
    link.onclose = () => this.#leave();
    link.onframe = (value) => {
      try {
        const frame = checkFrame(value);
        const first = this.#early.push(frame) === 1;
        if (this.#early.length > most || (first && frame[0] !== HELLO)) {
          throw new Violation();
        }
        if (first) {
          this.#cancel();
          greet(frame);
        }
      } catch {
        this.refuse("protocol");
      }
    };
  }

  /** Tells the other side why, and closes the link. */
  refuse(why: string): void {
    if (this.gone) return;
    this.#leave();
    try {
      this.#link.send([BYE, why]);
    } catch {
      // It is closed anyway.
    }
    shut(this.#link);
  }

  /** It is this wire's. */
  handOver(wire: Wire): void {
    this.#leave();
    wire.adopt(this.#link, this.#early);
  }

  #leave(): void {
    this.gone = true;
    this.#left();
    this.#cancel();
    this.#link.onframe = this.#link.onclose = undefined;
  }
}
