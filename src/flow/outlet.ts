import type { Server } from "../end.ts";
import { ChannelClosed } from "../core/errors.ts";
import type { Backlog } from "./backlog.ts";
import { Flow } from "./flow.ts";
import type { Closable } from "./source.ts";

/** Where items go that cannot wait until they are asked for: what nobody asks for yet, is kept. */
export class Outlet<T, R = void> implements Closable {
  /** What the consumer holds. */
  readonly flow: Flow<T, R>;
  readonly #source: Closable;
  readonly #backlog: Backlog<T>;
  /** Is called when the consumer has asked for an item. */
  readonly #asked: () => void;
  readonly #over: Promise<R>;
  #end!: (result: R) => void;
  #fail!: (error: unknown) => void;
  #server: Server<T, void, R> | undefined = undefined;
  /** Whether the consumer waits. */
  #hungry = false;
  #closed: Promise<void> | undefined = undefined;
  /** How it ends, once the backlog is empty. */
  #ending: { readonly result: R } | { readonly error: unknown } | undefined = undefined;
  #ended = false;

  /**
   * @param source What is closed with it.
   */
  constructor(source: Closable, backlog: Backlog<T>, asked: () => void) {
    this.#source = source;
    this.#backlog = backlog;
    this.#asked = asked;
    this.#over = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    this.flow = new Flow([this], (server) => {
      this.#server = server;
      this.#serve();
      return this.#over;
    });
  }

  /** Whether the consumer waits for an item. */
  get hungry(): boolean {
    return this.#hungry;
  }

  /** Whether one more item would be handed over, or kept as the policy allows. */
  get accepts(): boolean {
    return this.#hungry || this.#backlog.accepts;
  }

  push(item: T): void {
    if (this.#hungry) this.#send(item);
    else {
      try {
        if (this.flow.closed) this.#backlog.drop(item);
        else this.#backlog.push(item);
      } catch (error) {
        this.fail(error);
        // Nothing more will be taken, even if its consumer does not hear of that soon.
        this.#closeSource((failure) => this.flow.fail(failure)).catch(() => {});
      }
    }
  }

  /** Ends the flow after the items that are kept. */
  end(result: R): void {
    this.#finish({ result });
  }

  /** Ends the flow with an error after the items that are kept. */
  fail(error: unknown): void {
    if (this.flow.closed) this.flow.fail(error);
    else this.#finish({ error });
  }

  /** Closes its source, and tells what nobody will get any more, be it items or an error. */
  async close(fail: (error: unknown) => void): Promise<void> {
    const ending = (this.#ending ??= { result: undefined as R });
    if ("error" in ending && !this.#ended) fail(ending.error);
    const closed = this.#closeSource(fail).catch(fail);
    while (this.#backlog.length > 0) this.#lose(this.#backlog.take());
    await closed;
  }

  #closeSource(fail: (error: unknown) => void): Promise<void> {
    return (this.#closed ??= this.#source.close(fail));
  }

  #finish(ending: { readonly result: R } | { readonly error: unknown }): void {
    this.#ending ??= ending;
    if (this.#hungry) this.#serve();
  }

  /** The consumer has asked for an item. */
  #serve(): void {
    const ending = this.#ending;
    if (this.#backlog.length > 0) this.#send(this.#backlog.take());
    else if (ending === undefined) this.#hungry = true;
    else {
      this.#hungry = false;
      this.#ended = true;
      if ("error" in ending) this.#fail(ending.error);
      else this.#end(ending.result);
      return;
    }
    this.#asked();
  }

  #send(item: T): void {
    this.#hungry = false;
    (this.#server as Server<T, void, R>).send(item).then(
      () => this.#serve(),
      (error: unknown) => {
        if (!this.flow.closed) this.#fail(error);
        else if (error instanceof ChannelClosed && error.undelivered) this.#lose(item);
      },
    );
  }

  #lose(item: T): void {
    try {
      this.#backlog.drop(item);
    } catch (error) {
      this.flow.fail(error);
    }
  }
}
