import type { Clock } from "./clock.ts";
import { BYE, checkFrame, HELLO, PING, trimmed, VERSION, Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { AllLimits } from "./limits.ts";
import type { Link } from "./link.ts";
import { LinkClosed } from "./link-closed.ts";
import { Outgoing } from "./outgoing.ts";
import type { Sent } from "./outgoing.ts";
import { shut } from "./shut.ts";

/** What a wire tells its session. */
export interface WireEvents {
  /** A numbered frame has come in: each once, in order. */
  frame(frame: Frame): void;
  /** Both sides have said HELLO on a link. */
  up(): void;
  /** The link has died. Another is needed. `served` tells whether this one has been of use. */
  down(cause: unknown, served: boolean): void;
  /** No link will come any more. */
  over(error: LinkClosed): void;
  /** There is room again for what can wait, after `full` was true. */
  room(): void;
  /** A frame has gone out or come in, of so many bytes, where that is known. */
  readonly seen:
    | ((what: "sent" | "received", frame: Frame, bytes: number | undefined) => void)
    | undefined;
}

export interface WireOptions {
  readonly clock: Clock;
  readonly limits: AllLimits;
  /** How long it may be without a link, in milliseconds; nothing, if its first link is its last. */
  readonly grace: number | undefined;
  /** Milliseconds of silence, if not what the link says. */
  readonly heartbeat: number | undefined;
  /**
   * This side's random name; none, if it does not resume. That of the side that dials is the secret by which it resumes;
   * that of the other tells it whether it has found the same one again.
   */
  readonly id: string | undefined;
}

/** How long a link has to last to have been of use, if nothing has got through on it, in milliseconds. */
const lasting = 5000;
/** How many links of no use, one after another, a frame that waits is tried on: it may be what kills them. */
const mostTries = 100;

/** Why a session is over whose other side has been started again, or has waited long enough. */
const notResumed = "The session was not resumed: the other side knows nothing of it";

/**
 * Numbered frames over links that die: each arrives once, in order, as long as another link comes in time. It keeps what
 * the other side has not acknowledged, and sends that again on the next link. It knows no channel.
 *
 * All of it is synchronous; its time comes from a clock that is given to it.
 */
export class Wire {
  readonly #options: WireOptions;
  readonly #events: WireEvents;
  #link: Link | undefined;
  /** Whether both sides have said HELLO on the link. */
  #up = false;
  /** Whether numbered frames may go out on the link. */
  #sends = false;
  #over = false;
  /** The name that the other side gave in its HELLO, once it has said that; empty, if it does not resume. */
  #other: string | undefined;

  readonly #outgoing = new Outgoing();
  /** The number of the last frame that has come in. */
  #received = 0;
  #full = false;

  #encode: ((frame: Frame) => Uint8Array) | undefined;
  #heartbeat: Heartbeat | undefined;
  #cancelGrace: (() => void) | undefined;
  /** When the link came up, and how much had got through before. */
  #upSince = 0;
  #upAt = 0;
  /** How many links, one after another, have been of no use to frames that wait. */
  #tries = 0;
  #cancelHandshake: (() => void) | undefined;
  #lastCause: unknown;

  constructor(options: WireOptions, events: WireEvents) {
    this.#options = options;
    this.#events = events;
    this.#awaitLink();
  }

  /** Whether a link is up. */
  get up(): boolean {
    return this.#up;
  }

  /** Whether frames can be posted: once there has been a link, on which they can be encoded. */
  get ready(): boolean {
    return !this.#over && (this.#other !== undefined || !this.#resumes);
  }

  /** Whether what can wait should, since the other side has much to read. */
  get full(): boolean {
    return this.#full;
  }

  /** How many frames the other side has not acknowledged. */
  get unacknowledged(): number {
    return this.#outgoing.owed;
  }

  /** Goes on over this link. `auth` is what the other side is to be told by. */
  attach(link: Link, auth?: unknown): void {
    if (this.#over) {
      shut(link);
      return;
    }
    this.#detach();
    const { limits, clock, id } = this.#options;
    this.#link = link;
    this.#encode = link.encode?.bind(link);
    link.frameLimit = limits.frame;
    link.onframe = (frame, bytes) => this.#hear(link, frame, bytes);
    link.onclose = (cause) => this.lose(link, cause);
    this.#cancelHandshake = clock.after(limits.handshake, () => {
      this.lose(link, new Error(`No HELLO has come within ${limits.handshake} ms`));
    });
    this.#say(link, trimmed([HELLO, VERSION, id, this.#received, auth]));
    if (!this.#resumes && this.#link === link) this.#sends = true;
  }

  /** Goes on over this link, from which these frames have come in already, HELLO first. */
  adopt(link: Link, early: readonly Frame[]): void {
    if ((early[0]![3] as number) < this.#outgoing.acknowledged) {
      // It was given up by the other side, which has said more on another since: that one stays.
      shut(link);
      return;
    }
    this.attach(link);
    for (const frame of early) this.#hear(link, frame, undefined);
  }

  /**
   * Sends a frame of the types that are numbered. The wire fills in the number and the acknowledgement.
   *
   * @param most How many bytes it may have.
   * @returns How many bytes it has, where that is known, and 0 otherwise.
   * @throws What cannot be encoded, or is longer: then nothing has been posted.
   */
  post(frame: unknown[], most: number = Infinity): number {
    if (this.#over) return 0;
    frame[1] = this.#outgoing.sent + 1;
    frame[2] = this.#received;
    trimmed(frame);
    const encoded = this.#encode?.(frame) ?? frame;
    const bytes = sizeOf(encoded) ?? 0;
    if (bytes > Math.min(most, this.#options.limits.unread / 2)) {
      throw new RangeError(`A frame of ${bytes} bytes is above half of what may wait to be read`);
    }
    const kept = this.#resumes ? encoded : undefined;
    this.#outgoing.push(kept);
    if (this.#link !== undefined && this.#sends) {
      try {
        this.#transmit(this.#link, frame, encoded);
      } catch (error) {
        this.#outgoing.takeBack(kept);
        throw error;
      }
    }
    if (this.#resumes && this.#outgoing.due) this.#ask();
    this.#measure();
    return bytes;
  }

  /** The link has died: only if it is still in use. */
  lose(link: Link, cause: unknown): void {
    if (link !== this.#link) return;
    const lasted = this.#options.clock.now() - this.#upSince >= lasting;
    const served = this.#up && (lasted || this.#throughput > this.#upAt);
    this.#detach();
    this.#lastCause = cause;
    if (!this.#resumes) {
      const why = cause instanceof Error ? `: ${cause.message}` : "";
      this.#end(new LinkClosed(`The link to the other side was closed${why}`, cause));
      return;
    }
    this.#tries = served || this.unacknowledged === 0 ? 0 : this.#tries + 1;
    if (this.#tries === mostTries) {
      this.close("useless", `Nothing has got through on the last ${mostTries} links`, cause);
      return;
    }
    this.#awaitLink();
    this.#events.down(cause, served);
  }

  /** There was to be a link, and is none. */
  failed(cause: unknown): void {
    this.#lastCause = cause;
  }

  /** The session is over; the other side is told why. */
  close(why: string, message: string, cause?: unknown): void {
    if (this.#over) return;
    const link = this.#link;
    if (link !== undefined) {
      try {
        this.#transmit(link, [BYE, why]);
      } catch {
        // It is closed anyway.
      }
    }
    this.#end(new LinkClosed(message, cause));
  }

  /** Whether there may be another link: as far as this side knows, until the other has said HELLO. */
  get #resumes(): boolean {
    return this.#options.grace !== undefined && this.#other !== "";
  }

  /** How much has got through, in both directions. */
  get #throughput(): number {
    return this.#received + this.#outgoing.acknowledged;
  }

  #hear(link: Link, value: unknown, bytes: number | undefined): void {
    if (link !== this.#link) return;
    this.guard(() => {
      const frame = checkFrame(value);
      this.#heartbeat?.heard();
      this.#events.seen?.("received", frame, bytes);
      this.#take(link, frame);
    });
  }

  /** Does something with what has come in. A violation of the protocol ends the session. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.close("protocol", `The other side broke the protocol: ${what}`, error);
    }
  }

  #take(link: Link, frame: Frame): void {
    const type = frame[0];
    if (type === BYE) this.#end(new LinkClosed(farewell(frame[1])));
    else if (type === HELLO) this.#greet(link, frame);
    else if (!this.#up) {
      // On a link that goes on where another has died, this may be what was under way.
      if (!this.#resumes) throw new Violation("a frame before HELLO");
    } else if (type === PING) {
      this.#acknowledged(frame[1] as number);
      if (frame[2]) {
        this.#say(link, [PING, this.#received]);
        this.#measure();
      } else this.#hearAnswer(link, frame[1] as number);
    } else {
      const n = frame[1] as number;
      if (n <= this.#received) return;
      if (n > this.#received + 1) {
        this.lose(link, new Error("A frame is missing"));
        return;
      }
      this.#acknowledged(frame[2] as number);
      this.#received = n;
      this.#events.frame(frame);
    }
  }

  #greet(link: Link, [, version, id, received]: Frame): void {
    const other = (id ?? "") as string;
    if (this.#up) return;
    if ((version as number) < VERSION) {
      this.close("version", "The other side speaks another version of the protocol");
      return;
    }
    const throughput = this.#throughput;
    const begunBefore = this.#other === undefined && (received as number) > this.#outgoing.sent;
    const another = this.#other !== undefined && other !== this.#other;
    if (begunBefore || another || (received as number) < this.#outgoing.acknowledged) {
      this.close("unknown", notResumed);
      return;
    }
    this.#acknowledged(received as number);
    this.#other = other;
    this.#cancelGrace?.();
    this.#cancelHandshake?.();
    this.#lastCause = undefined;
    this.#up = true;
    this.#upSince = this.#options.clock.now();
    this.#upAt = throughput;
    this.#beat(link);
    const outgoing = this.#outgoing;
    // To send may let something come in, which is answered behind all this.
    for (let n = outgoing.acknowledged + 1; n <= outgoing.sent && link === this.#link; n++) {
      const frame = outgoing.get(n);
      if (frame !== undefined) this.#say(link, frame as Frame, frame);
    }
    this.#sends = true;
    if (this.#resumes && this.unacknowledged > 0) this.#ask();
    if (link === this.#link) this.#events.up();
  }

  #beat(link: Link): void {
    const interval = this.#options.heartbeat ?? link.heartbeat;
    if (interval === undefined || !(interval > 0)) return;
    this.#heartbeat = new Heartbeat(this.#options.clock, interval, {
      ask: () => this.#ask(),
      dead: () => {
        this.lose(link, new Error(`The other side has been silent for ${2 * interval} ms`));
      },
      owes: () => this.#resumes && this.unacknowledged > 0,
    });
  }

  /** Asks for a PING that says what has arrived. */
  #ask(): void {
    const link = this.#link;
    if (link === undefined || !this.#up) return;
    this.#outgoing.ask();
    this.#say(link, [PING, this.#received, 1]);
  }

  /** What was sent before a question must have arrived before its answer was given. */
  #hearAnswer(link: Link, received: number): void {
    if (!this.#outgoing.answered(received)) {
      this.lose(link, new Error("A frame was lost"));
    } else if (this.#full) this.#ask();
  }

  #acknowledged(n: number): void {
    this.#outgoing.acknowledge(n);
    if (this.#full) this.#measure();
  }

  /** Looks how much the other side has still to read. */
  #measure(): void {
    const unread = Math.max(this.#outgoing.bytes, this.#link?.unsent ?? 0);
    const { limits } = this.#options;
    if (unread > limits.unread) {
      this.close("unread", `The other side has not read the last ${unread} bytes`);
      return;
    }
    const full = unread > limits.unread / 2;
    if (full === this.#full) return;
    this.#full = full;
    if (full) this.#ask();
    else this.#events.room();
  }

  /** Sends what can be encoded: where that fails, the link has died. */
  #say(link: Link, frame: Frame, encoded: Sent = frame): void {
    try {
      this.#transmit(link, frame, encoded);
    } catch (error) {
      this.lose(link, error);
    }
  }

  #transmit(link: Link, frame: Frame, encoded: Sent = frame): void {
    link.send(encoded);
    this.#events.seen?.("sent", frame, sizeOf(encoded));
  }

  /** Lets go of the link, whatever it still says. */
  #detach(): void {
    const link = this.#link;
    this.#link = undefined;
    this.#up = this.#sends = false;
    this.#outgoing.forgetQuestions();
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    this.#cancelHandshake?.();
    if (link === undefined) return;
    link.onframe = link.onclose = undefined;
    shut(link);
  }

  /** From now on, the time counts in which another link has to come. The time that counts already goes on. */
  #awaitLink(): void {
    const { clock, grace } = this.#options;
    if (grace === undefined || this.#cancelGrace !== undefined) return;
    const cancel = clock.after(grace, () => {
      const link = this.#link === undefined ? "there was no link" : "it said nothing";
      this.close(
        "late",
        `The other side could not be reached within ${grace} ms: ${link}`,
        this.#lastCause,
      );
    });
    this.#cancelGrace = () => {
      this.#cancelGrace = undefined;
      cancel();
    };
  }

  #end(error: LinkClosed): void {
    if (this.#over) return;
    this.#over = true;
    this.#detach();
    this.#cancelGrace?.();
    this.#outgoing.acknowledge(this.#outgoing.sent);
    this.#events.over(error);
  }
}

function sizeOf(encoded: Sent): number | undefined {
  return encoded instanceof Uint8Array ? encoded.byteLength : undefined;
}

/** What BYE means: a word, since anybody may have said it. */
function farewell(why: unknown): string {
  if (why === "unknown") return notResumed;
  const word = typeof why === "string" && /^[a-z]{1,16}$/.test(why) ? `: ${why}` : "";
  return `The other side has ended the session${word}`;
}
