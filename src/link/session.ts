/// <reference lib="esnext.disposable" preserve="true" />
import { asyncDispose } from "../core/async-generator.ts";
import { assertBody } from "../core/serving.ts";
import { platform } from "../core/platform.ts";
import type { AbortSignal, Server, Writer } from "../index.ts";
import { platformClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { Conversations } from "./conversations.ts";
import { Dialler } from "./dialler.ts";
import type { Dial } from "./dialler.ts";
import { errorRecords } from "./error-record.ts";
import type { ErrorCodec } from "./error-record.ts";
import { farClient } from "./far-client.ts";
import { farReader } from "./far-reader.ts";
import { CHANNEL, STREAM } from "./frame.ts";
import type { Kind } from "./frame.ts";
import { assertTime, withDefaults } from "./limits.ts";
import type { Limits } from "./limits.ts";
import type { Link } from "./link.ts";
import type { LinkClosed } from "./link-closed.ts";
import { seenFrame, undisturbed } from "./observe.ts";
import type { Observer } from "./observe.ts";
import { randomId } from "./random-id.ts";
import { assertName } from "./services.ts";
import type {
  ChannelBodies,
  ClientOptions,
  OpenClient,
  OpenReader,
  ReaderOptions,
  StreamBodies,
} from "./services.ts";
import { shut } from "./shut.ts";
import { Wire } from "./wire.ts";

/** Options of a session, and of those that a host accepts. */
export interface SessionOptions {
  /**
   * How long a session that can resume may be without a link, in milliseconds; 30,000 by default. It counts from the first
   * dial, too, so that a server may start later than its client.
   */
  grace?: number | undefined;
  /**
   * After how many milliseconds of silence to ask whether the other side is still there; after as many more, the link is
   * given up. By default what the link says.
   */
  heartbeat?: number | undefined;
  /** Makes what the other side authenticates this one by. It is asked at every dial, so that tokens are fresh; over one link, once. */
  auth?: (() => unknown) | undefined;
  /** What this side bears of the other. */
  limits?: Limits | undefined;
  /** How errors cross, if not as records of name, message, code and cause. */
  errors?: ErrorCodec | undefined;
  /** Is told all that happens. */
  observe?: Observer | undefined;
  /** @internal */
  clock?: Clock | undefined;
}

/** Stands for the links that a host brings. */
const fromHost = {} as Link;

/** Makes a session whose links a host brings, through its wire. */
export let acceptSession: (options: SessionOptions) => { session: Session; wire: Wire };

/**
 * A conversation between two sides, with all their channels: either side serves bodies under names, and the other opens them,
 * and holds ordinary ends.
 *
 * Over one link, the session is over when that dies. With a function that dials, it dials again whenever the link dies, and
 * goes on where it was: every item arrives once.
 *
 * A value is copied on its way. What an error becomes stands in `docs/far-ends.md`, as does all that differs from a near
 * channel.
 *
 * @typeParam Far What the other side serves: the type of its bodies, by name. Share it with `import type`. Without it, the types
 *   are given where a channel is opened.
 *
 * @example
 * ```ts
 * import { Session } from "coroutine-channels/link";
 * import { portLink } from "coroutine-channels/port";
 *
 * const { port1, port2 } = new MessageChannel();
 *
 * const server = new Session(portLink(port1));
 * server.serve<string, number>("letters", async (server) => {
 *   console.log(await server.send("A"));
 *   console.log(await server.send("B"));
 * });
 *
 * const session = new Session(portLink(port2));
 * const client = session.client<string, number>("letters");
 * console.log(await client.receive());
 * console.log(await client.send(0));
 * await client.next(1);
 * await session.close();
 * // => A
 * // => 0
 * // => B
 * // => 1
 * ```
 */
export class Session<Far = object> implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #wire: Wire;
  readonly #conversations: Conversations;
  #over: LinkClosed | undefined;
  #controller: InstanceType<typeof platform.AbortController> | undefined;
  #end!: () => void;
  readonly #ended: Promise<void> = new Promise((resolve) => {
    this.#end = resolve;
  });

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    Object.defineProperty(this.prototype, asyncDispose, {
      value(this: Session): Promise<void> {
        return this.close();
      },
    });
    acceptSession = (options) => {
      const session = new Session(fromHost, options);
      return { session, wire: session.#wire };
    };
  }

  /**
   * Opens a channel that the other side serves. It is opened by the first request, as a generator is started, and what that
   * brings is for the body's first `receive()`.
   *
   * @param name What the other side serves it as.
   * @param input For the body, cloned as an item is.
   * @param options `signal` ends the channel, on both sides; `limit` is how many calls may wait.
   * @returns An ordinary client end. Its calls reject with {@link LinkClosed} when the link is lost for good, and its first with a
   *   `RangeError` when nothing is served under that name.
   */
  readonly client: OpenClient<Far>;

  /**
   * Opens a stream that the other side serves, as {@link Session.client} opens a channel.
   *
   * @param options Besides those of a client end, `prefetch`: how many items may be under way or wait here, beyond what was asked
   *   for. By default none is; with some, the time that items take on their way is not waited for.
   * @returns An ordinary reader.
   * @throws `RangeError` for a `prefetch` that is none.
   */
  readonly reader: OpenReader<Far>;

  /**
   * @param source A link, or a function that dials one: now, and whenever the last one has died.
   * @throws `RangeError` for a limit or a time that is none.
   */
  constructor(source: Link | Dial, options: SessionOptions = {}) {
    const { clock = platformClock, errors = errorRecords, grace = 30_000, heartbeat } = options;
    const limits = withDefaults(options.limits);
    assertTime("grace", grace);
    assertTime("heartbeat", heartbeat);
    const observe = options.observe && undisturbed(options.observe);
    const resumes = typeof source === "function" || source === fromHost;
    let dialler: Dialler | undefined;
    this.#clock = clock;
    this.#wire = new Wire(
      {
        clock,
        limits,
        grace: resumes ? grace : undefined,
        heartbeat,
        id: resumes ? randomId() : undefined,
      },
      {
        frame: (frame) => this.#conversations.hear(frame),
        room: () => this.#conversations.goOn(),
        up: () => {
          observe?.({ type: "up" });
          this.#conversations.start();
        },
        down: (cause, served) => {
          observe?.({ type: "down", cause });
          dialler?.again(cause, served);
        },
        over: (error) => {
          dialler?.stop();
          observe?.({ type: "over", cause: error });
          this.#finish(error);
        },
        seen: observe && ((what, frame, bytes) => observe(seenFrame(what, frame, bytes))),
      },
    );
    this.#conversations = new Conversations(this.#wire, errors, limits, clock, observe);
    this.client = ((name: string, input?: unknown, options?: ClientOptions) =>
      farClient(this.#conversations, name, input, options)) as OpenClient<Far>;
    this.reader = ((name: string, input?: unknown, options?: ReaderOptions) =>
      farReader(this.#conversations, name, input, options)) as OpenReader<Far>;

    clock.after(0, () => this.#conversations.ready());
    if (typeof source === "function") {
      dialler = new Dialler(this.#wire, source, options.auth, clock);
      void dialler.dial();
    } else if (source !== fromHost) {
      if (options.auth === undefined) this.#wire.attach(source);
      else void this.#introduce(source, options.auth);
    }
  }

  /** Whether a link is up. */
  get connected(): boolean {
    return this.#wire.up;
  }

  /** Aborts, with a {@link LinkClosed} as its reason, when the session is over. It is created when it is first read. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new platform.AbortController();
      if (this.#over !== undefined) this.#controller.abort(this.#over);
    }
    return this.#controller.signal;
  }

  /**
   * Offers channels to the other side: a fresh body runs for each client that opens one.
   *
   * @param name What the other side opens it by.
   * @param body Gets the server end, and the input that the client's side gave.
   * @returns The session.
   * @throws `TypeError` when there is a service of that name, or the body is no function.
   *
   * @example
   * ```ts
   * import { produce, type Server } from "coroutine-channels";
   * import { Session } from "coroutine-channels/link";
   * import { portLink } from "coroutine-channels/port";
   *
   * const services = {
   *   countdown: async (server: Server<number>, from: number) => {
   *     for (let i = from; i > 0; i--) await server.send(i);
   *   },
   * };
   *
   * const { port1, port2 } = new MessageChannel();
   * new Session(portLink(port1)).serve(services);
   * await using session = new Session<typeof services>(portLink(port2));
   * for await (const i of session.client("countdown", 2)) console.log(i);
   * // => 2
   * // => 1
   * ```
   */
  serve<T, U = void, R = void>(
    name: string,
    body: (server: Server<T, U, R>, input: never) => R | PromiseLike<R>,
  ): this;
  serve<S extends object>(bodies: S & ChannelBodies<S>): this;
  serve(name: string | object, body?: unknown): this {
    return this.#offer(CHANNEL, name, body);
  }

  /**
   * Offers streams to the other side, as {@link Session.serve} offers channels.
   *
   * @param body Gets the writer, and the input that the reader's side gave.
   *
   * @example
   * ```ts
   * import { Session } from "coroutine-channels/link";
   * import { portLink } from "coroutine-channels/port";
   *
   * const { port1, port2 } = new MessageChannel();
   * new Session(portLink(port1)).serveStream<number>("numbers", async (writer, upTo: number) => {
   *   for (let i = 1; i <= upTo; i++) await writer.send(i);
   * });
   * const session = new Session(portLink(port2));
   * console.log(await session.reader<number>("numbers", 3, { prefetch: 256 }).read()); // => [ 1, 2, 3 ]
   * await session.close();
   * ```
   */
  serveStream<T>(
    name: string,
    body: (writer: Writer<T>, input: never) => void | PromiseLike<void>,
  ): this;
  serveStream<S extends object>(bodies: S & StreamBodies<S>): this;
  serveStream(name: string | object, body?: unknown): this {
    return this.#offer(STREAM, name, body);
  }

  /**
   * Ends the session: the channels of both sides end as if the link had been lost for good.
   *
   * @param within How many milliseconds the conversations that are open may still take; none may begin in this time.
   * @returns Resolves when the session is over.
   */
  close(within = 0): Promise<void> {
    const conversations = this.#conversations;
    const close = (): void => this.#wire.close("closed", "The session was closed");
    conversations.closing = true;
    if (!(within > 0) || conversations.idle) close();
    else {
      conversations.whenIdle = close;
      void this.#ended.then(this.#clock.after(within, close));
    }
    return this.#ended;
  }

  /** Says who this side is, and goes on over the only link that there will be. */
  async #introduce(link: Link, auth: () => unknown): Promise<void> {
    try {
      this.#wire.attach(link, await auth());
    } catch (error) {
      shut(link);
      this.#wire.close("auth", "This side could not say who it is", error);
    }
  }

  #offer(kind: Kind, name: string | object, body: unknown): this {
    const { services } = this.#conversations;
    const isRecord = typeof name === "object" && body === undefined;
    const offered = isRecord ? Object.entries(name) : [[name as string, body] as const];
    for (const [name, body] of offered) {
      assertName(name);
      assertBody(body);
      if (services.has(name)) throw new TypeError(`"${name}" is served already`);
    }
    for (const [name, body] of offered) services.set(name, { kind, body: body as never });
    return this;
  }

  #finish(error: LinkClosed): void {
    this.#over = error;
    this.#conversations.finish(error);
    this.#controller?.abort(error);
    this.#end();
  }
}
