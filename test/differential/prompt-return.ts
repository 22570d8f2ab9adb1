/**
 * The documented difference of leaving, stated on native generators: what `return()` does to the requests that wait.
 *
 * - Those that wait are told the end now. The body never hears of those that it had not begun to answer; the answer
 *   to the one that it had begun is dropped, but an error instead of an answer goes to who returns.
 * - On a bare server end, `return()` does not wait for the body, either: the channel has ended, and all that the body yields
 *   from then on unwinds it.
 */
import type { Conversation } from "./generator.ts";

type Result = IteratorResult<unknown, unknown>;

interface Request {
  readonly leaves: boolean;
  /** What it rejects with if it is told the end before the body has heard of it. */
  readonly failure?: { readonly error: unknown };
  begin(): Promise<Result>;
  resolve(result: Result): void;
  reject(error: unknown): void;
  told: boolean;
}

const end = { value: undefined, done: true } as const;

export class PromptReturn implements Conversation {
  readonly #generator: Conversation;
  #requests: Request[] = [];
  /** Whether the generator has begun, and has ended. */
  #begun = false;
  #ended = false;
  /** What nobody heard, since the request was told the end before. */
  #unheard: { readonly error: unknown } | undefined = undefined;

  constructor(generator: Conversation) {
    this.#generator = generator;
  }

  next(value?: unknown): Promise<Result> {
    this.#begun = true;
    return this.#request({ leaves: false, begin: () => this.#generator.next(value) });
  }

  throw(error: unknown): Promise<Result> {
    this.#ended ||= !this.#begun;
    // This does not wait.
    if (this.#ended && this.#requests.length === 0) return this.#generator.throw(error);
    return this.#request({
      leaves: false,
      failure: { error },
      begin: () => this.#generator.throw(error),
    });
  }

  return(value?: unknown): Promise<Result> {
    this.tellWaiting();
    return this.#request({
      leaves: true,
      begin: async () => {
        const result = await this.#generator.return(value);
        const unheard = this.#unheard;
        this.#unheard = undefined;
        if (unheard !== undefined) throw unheard.error;
        return result;
      },
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Tells the requests that wait that this is the end. */
  tellWaiting(): void {
    const [begun, ...others] = this.#requests;
    if (begun === undefined) return;
    if (!begun.leaves && !begun.told) {
      begun.told = true;
      begun.resolve(end);
    }
    for (const request of others) {
      if (request.leaves) continue;
      if (request.failure) request.reject(request.failure.error);
      else request.resolve(end);
    }
    this.#requests = [begun, ...others.filter(({ leaves }) => leaves)];
  }

  #request(request: Pick<Request, "leaves" | "failure" | "begin">): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#requests.push({ ...request, resolve, reject, told: false });
      if (this.#requests.length === 1) void this.#begin();
    });
  }

  async #begin(): Promise<void> {
    for (let request = this.#requests[0]; request !== undefined; request = this.#requests[0]) {
      try {
        const result = await request.begin();
        this.#ended ||= result.done === true;
        request.resolve(result);
      } catch (error) {
        this.#ended = true;
        if (request.told) this.#unheard = { error };
        else request.reject(error);
      }
      this.#requests.shift();
    }
  }
}

/** As on a bare server end: who leaves waits for nobody. */
export class BareReturn extends PromptReturn {
  #left = false;
  #leaving: Promise<void> | undefined = undefined;

  override async next(value?: unknown): Promise<Result> {
    if (this.#leaving) await this.#leaving;
    return this.#left ? end : super.next(value);
  }

  override async throw(error: unknown): Promise<Result> {
    if (this.#leaving) await this.#leaving;
    if (this.#left) throw error;
    return super.throw(error);
  }

  override async return(value?: unknown): Promise<Result> {
    if (this.#leaving) await this.#leaving;
    this.tellWaiting();
    if (value instanceof Promise) {
      const leave = (): void => {
        this.#leaving = undefined;
      };
      this.#leaving = value.then(leave, leave);
      await this.#leaving;
    }
    if (!this.#left) {
      this.#left = true;
      void this.#unwind();
    }
    return { value: await value, done: true };
  }

  /** Whatever the body does, it is told that the client has left. */
  async #unwind(): Promise<void> {
    for (let ended = false; !ended;) {
      ended = await super.return().then(
        ({ done }) => done === true,
        () => true,
      );
    }
  }
}
