import type { AbortSignal, Server, Writer } from "../index.ts";
import { has, shown } from "./iterator-of.ts";

/** An end that items can be sent with. */
export type SendingEnd<T> = Server<T, unknown, unknown> | Writer<T>;

/** Sends with an end what is written to a stream, and hears when nobody takes it any more, be it between two items. */
export class Sender<T> {
  readonly #end: SendingEnd<T>;
  readonly #fail: (error: unknown) => void;
  /** The item under way. */
  #sent: Promise<void> = Promise.resolve();
  /** Once the other end has gone: rejects with what the end has to say of that. */
  #gone: Promise<void> | undefined = undefined;

  /**
   * @param fail Is told why nobody takes an item any more.
   * @throws `TypeError` for what nothing can be sent with, which says what to pass instead.
   */
  constructor(end: SendingEnd<T>, fail: (error: unknown) => void) {
    if (!has(end, "send")) throw new TypeError(noEnd(end));
    this.#end = end;
    this.#fail = fail;
    if (end.signal.aborted) this.#gone = Promise.reject(end.signal.reason);
    else end.signal.addEventListener("abort", this.#hear);
    this.#gone?.catch(fail);
  }

  /** Waits until the item has been handed over and more is wanted. */
  send(item: T, signal: AbortSignal): Promise<void> {
    return (this.#sent = this.#gone ?? this.#send(item, signal));
  }

  /** Closes the end: the client has had everything. */
  async close(): Promise<void> {
    this.#unlisten();
    await (this.#gone ?? this.#end.return(undefined));
  }

  /** Closes the end with an error, unless the other end has gone. */
  async abort(reason: unknown): Promise<void> {
    this.#unlisten();
    if (!this.#end.signal.aborted) await this.#end.throw(reason);
  }

  async #send(item: T, signal: AbortSignal): Promise<void> {
    try {
      await this.#end.send(item, { signal });
    } catch (error) {
      // An error that the client threw: as in a generator that does not catch it, all is over.
      await this.abort(error);
      throw error;
    }
  }

  /** The other end has gone. The call that waits is told why; if none does, the next call is. */
  readonly #hear = (): void => {
    const asked = this.#sent.then(() => this.#end.send(undefined as T));
    this.#gone = asked.then(() => {});
    this.#gone.catch(this.#fail);
  };

  #unlisten(): void {
    this.#end.signal.removeEventListener("abort", this.#hear);
  }
}

function noEnd(end: unknown): string {
  if (has(end, "then")) return "Could not send with a promise: await the server end first";
  if (has(end, "server"))
    return "Could not send with a channel itself: pass what its server() resolves to";
  return `Could not send with ${shown(end)}: pass a server end or a writer`;
}
