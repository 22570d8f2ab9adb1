import { Channel } from "../index.ts";
import type { Client, Server } from "../index.ts";
import { AnsweringParty } from "./answering-party.ts";
import type { Opening } from "./answering-party.ts";
import { ABORT, ASK, DONE, ITEMS, LEAVE, THROW, Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { Line } from "./party.ts";

/** The body of a service that is a channel. */
export type ChannelBody = (server: Server<unknown, unknown, unknown>, input: unknown) => unknown;

type Answer = IteratorResult<unknown, unknown>;

/** The server's side of a channel on the wire: the requests that come in drive an ordinary client end. */
export class Answering extends AnsweringParty {
  readonly #client: Client<unknown, unknown, unknown>;
  /** The number of the last request, and of the last that has been answered, or need not be. */
  #k = 0;
  #answered = 0;
  /** The number of the leave that has overtaken a request, and an error that came in that one's place. */
  #leave = 0;
  #untold: { readonly error: unknown } | undefined;

  constructor(line: Line, opening: Opening<ChannelBody>, finished: () => void) {
    super(line, opening);
    const { name, body, input } = opening;
    const channel = new Channel<unknown, unknown, unknown>({ signal: this.signal, name });
    this.#client = channel.client();
    // How the body ended is told to the far client.
    channel.serve((server) => body(server, input)).then(finished, finished);
  }

  open(value: unknown, ask: number): void {
    if (ask !== 1) throw new Violation(notOne);
    this.#request(this.#client.next(value));
  }

  receive(frame: Frame): void {
    const [type] = frame;
    const waits = this.#answered < this.#k;
    if (type === ABORT) this.abort(this.line.errorIn(frame[4]));
    else if (waits && (type !== LEAVE || this.#leave > this.#answered)) {
      throw new Violation("a request before the last was answered");
    } else if (type === ASK) {
      if (frame[4] !== 1) throw new Violation(notOne);
      this.#request(this.#client.next(frame[5]));
    } else if (type === THROW) this.#request(this.#client.throw(this.line.errorIn(frame[4])));
    else {
      this.#leave = this.#k + 1;
      this.#request(this.#client.return(frame[4]));
    }
  }

  #request(answer: Promise<Answer>): void {
    const k = ++this.#k;
    answer.then(
      (result) => this.#tell(k, result),
      (error: unknown) => this.#fail(k, error),
    );
  }

  #tell(k: number, { value, done }: Answer): void {
    if (this.over) return;
    // The answer of a request that was overtaken is not waited for any more.
    if (k < this.#leave) return;
    const untold = this.#untold;
    if (done && untold !== undefined) {
      this.#fail(k, untold.error);
      return;
    }
    this.#answered = k;
    try {
      if (!done) {
        this.line.post([ITEMS, 0, 0, this.ch, k, [value]]);
        return;
      }
      this.line.post([DONE, 0, 0, this.ch, k, value]);
      this.end(undefined);
    } catch (error) {
      if (done) this.#fail(k, error);
      else this.#refuse(k, error);
    }
  }

  /** An item cannot be encoded: its sender is told, and the client notices nothing. */
  #refuse(k: number, error: unknown): void {
    this.#answered = k - 1;
    this.#client.throw(error).then(
      (result) => this.#tell(k, result),
      (ending: unknown) => this.#fail(k, ending),
    );
  }

  #fail(k: number, error: unknown): void {
    if (this.over) return;
    if (k < this.#leave) {
      this.#untold = { error };
      return;
    }
    this.failWith(k, error);
  }
}

const notOne = "a channel is asked for one item";
