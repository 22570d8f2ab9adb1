import { onAbort } from "../core/abort.ts";
import type { AbortSignal } from "../index.ts";
import { ABORT, OPEN } from "./frame.ts";
import type { Frame, Kind } from "./frame.ts";
import type { LinkClosed } from "./link-closed.ts";
import type { Line, Party } from "./party.ts";

/** A session, as those see it who open channels. */
export interface Opener extends Line {
  /** The client has asked for something: the party is about to be opened, even if none may begin from now on. */
  called(party: AskingParty): void;
  /** Calls `start` as soon as the other side can be reached, or else `refuse`. */
  open(party: AskingParty): void;
  /** Takes both back, as long as it has not started. */
  giveUp(party: AskingParty): void;
}

/** What is called: a service, with its input. */
export interface Called {
  readonly name: string;
  readonly input: unknown;
  /** The signal of the near channel. */
  readonly signal: AbortSignal | undefined;
}

/** The side of a channel that opens it. */
export abstract class AskingParty implements Party {
  readonly name: string;
  /** The channel's number; 0 until it has been opened. */
  protected ch = 0;
  protected over = false;
  protected readonly line: Opener;
  readonly #input: unknown;
  readonly #signal: AbortSignal | undefined;
  /** Stops listening to the channel's signal. */
  #release: (() => void) | undefined;

  constructor(line: Opener, { name, input, signal }: Called) {
    this.line = line;
    this.name = name;
    this.#input = input;
    this.#signal = signal;
  }

  /** The other side can be reached. `ch` is the channel's number. */
  abstract start(ch: number): void;
  abstract receive(frame: Frame): void;
  /** It ends with this error. */
  abstract refuse(error: unknown): void;

  lose(error: LinkClosed): void {
    this.refuse(error);
  }

  /** Whether it is the channel's signal that ends it. */
  protected get aborted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** Starts as soon as that can be. */
  protected begin(): void {
    const signal = this.#signal;
    if (signal !== undefined) this.#release = onAbort(signal, () => this.abort(signal.reason));
    this.line.open(this);
  }

  /** Opens the channel with its first request. */
  protected open(ch: number, kind: Kind, ask: number, value: unknown): void {
    this.ch = ch;
    try {
      this.line.post([OPEN, 0, 0, ch, kind, this.name, ask, value, this.#input]);
    } catch (error) {
      this.refuse(error);
    }
  }

  /** The channel's signal has aborted, or it ends as if it had. */
  protected abort(reason: unknown): void {
    if (this.over) return;
    if (this.ch === 0) this.line.giveUp(this);
    else this.line.postError([ABORT, 0, 0, this.ch], reason);
    this.refuse(reason);
  }

  /** Nothing follows. */
  protected end(error: unknown): void {
    this.over = true;
    this.#release?.();
    if (this.ch > 0) this.line.ended(this.ch, this, error);
  }
}
