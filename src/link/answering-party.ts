import { platform } from "../core/platform.ts";
import { ChannelClosed } from "../index.ts";
import type { AbortSignal } from "../index.ts";
import { FAIL } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { LinkClosed } from "./link-closed.ts";
import type { Line, Party } from "./party.ts";

/** How a channel of the other side's is opened. */
export interface Opening<Body> {
  readonly ch: number;
  readonly name: string;
  readonly body: Body;
  readonly input: unknown;
}

/** The side of a channel that runs its body. */
export abstract class AnsweringParty implements Party {
  readonly name: string;
  protected readonly line: Line;
  protected readonly ch: number;
  protected over = false;
  readonly #controller = new platform.AbortController();

  constructor(line: Line, { ch, name }: Opening<unknown>) {
    this.line = line;
    this.ch = ch;
    this.name = name;
  }

  /** The channel's first request. */
  abstract open(value: unknown, ask: number): void;
  abstract receive(frame: Frame): void;

  lose(error: LinkClosed): void {
    this.abort(new ChannelClosed({ cause: error }));
  }

  /** The signal of the channel. */
  protected get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The channel ends with this error, which answers request number `k`. */
  protected failWith(k: number, error: unknown): void {
    this.line.postError([FAIL, 0, 0, this.ch, k], error);
    this.end(error);
  }

  protected abort(reason: unknown): void {
    if (this.over) return;
    this.end(reason);
    this.#controller.abort(reason);
  }

  protected end(error: unknown): void {
    this.over = true;
    this.line.ended(this.ch, this, error);
  }
}
