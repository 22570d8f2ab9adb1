import { Arrival } from "./arrival.ts";
import { platformClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { Frame } from "./frame.ts";
import { withDefaults } from "./limits.ts";
import type { AllLimits } from "./limits.ts";
import type { Link } from "./link.ts";
import { acceptSession } from "./session.ts";
import type { Session, SessionOptions } from "./session.ts";
import type { Wire } from "./wire.ts";

/** Options of a host, and of its sessions. */
export interface HostOptions<From, Peer> extends Omit<SessionOptions, "auth"> {
  /**
   * Finds out who the other side is, for each link, those on which a session resumes included. When it throws, the other
   * side is told that it is unauthorized, and does not dial again.
   *
   * @param auth What the other side's `auth` gave.
   * @param from What `accept` was given.
   * @returns The peer, for `open`. Without `authenticate`, that is `from`.
   */
  authenticate?: ((auth: unknown, from: From) => Peer | PromiseLike<Peer>) | undefined;
  /**
   * Is called once for each new session, to serve what this peer may have. When it throws, or what it returns rejects, the other
   * side is refused, and the session is over, with that as the cause.
   */
  open: (session: Session, peer: NoInfer<Peer>) => unknown;
}

/**
 * The accepting side of sessions that resume: it makes a session for each new one, and gives a session that lost its link
 * the next.
 *
 * @typeParam From What `accept` is given beside a link, such as the request of a WebSocket.
 * @typeParam Peer Who the other side is.
 *
 * @example
 * ```ts
 * import { Host, Session } from "coroutine-channels/link";
 * import { portLink } from "coroutine-channels/port";
 *
 * const host = new Host({
 *   authenticate: (auth) => {
 *     if (auth !== "secret") throw new Error("Who is there?");
 *     return "Ann";
 *   },
 *   open: (session, peer) =>
 *     session.serve<string>("greeting", async (server) => {
 *       await server.send(`Hello, ${peer}`);
 *     }),
 * });
 *
 * const dial = () => {
 *   const { port1, port2 } = new MessageChannel();
 *   host.accept(portLink(port1));
 *   return portLink(port2);
 * };
 * const session = new Session(dial, { auth: () => "secret" });
 * console.log(await session.client<string>("greeting").receive()); // => Hello, Ann
 * await session.close();
 * ```
 */
export class Host<From = unknown, Peer = From> {
  readonly #options: HostOptions<From, Peer>;
  readonly #clock: Clock;
  readonly #limits: AllLimits;
  readonly #arrivals = new Set<Arrival>();
  readonly #sessions = new Set<Session>();
  /** The wires of those sessions that can resume, by the secret that does it. */
  readonly #wires = new Map<string, Wire>();
  #closed = false;

  /** @throws `RangeError` for a limit that is none. */
  constructor(options: HostOptions<From, Peer>) {
    this.#options = options;
    this.#clock = options.clock ?? platformClock;
    this.#limits = withDefaults(options.limits);
  }

  /**
   * Accepts a link: for a new session, or for one that resumes.
   *
   * @param from Where it comes from, for `authenticate` and `open`.
   */
  accept(link: Link, ...[from]: undefined extends From ? [from?: From] : [from: From]): void {
    const arrival: Arrival = new Arrival(
      link,
      this.#clock,
      this.#limits,
      (hello) => void this.#greet(arrival, hello, from as From),
      () => this.#arrivals.delete(arrival),
    );
    this.#arrivals.add(arrival);
    if (this.#closed && this.#sessions.size === 0) arrival.refuse("closed");
  }

  /**
   * Accepts links only of the sessions that there are, and ends these.
   *
   * @param within How many milliseconds the conversations that are open may still take; none may begin in this time.
   * @returns Resolves when all is over.
   */
  async close(within = 0): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#sessions, (session) => session.close(within)));
    for (const arrival of this.#arrivals) arrival.refuse("closed");
  }

  async #greet(arrival: Arrival, [, , id, received, auth]: Frame, from: From): Promise<void> {
    const { authenticate } = this.#options;
    let peer: Peer;
    try {
      // Nobody waits for what need not be found out.
      peer =
        authenticate === undefined ? (from as unknown as Peer) : await authenticate(auth, from);
    } catch {
      arrival.refuse("unauthorized");
      return;
    }
    const wire = this.#wires.get(id as string);
    if (arrival.gone) return;
    if (wire !== undefined) arrival.handOver(wire);
    else if (this.#closed) arrival.refuse("closed");
    else if ((received as number) > 0) arrival.refuse("unknown");
    else this.#open(arrival, (id as string | undefined) ?? "", peer);
  }

  /** Makes a session. */
  #open(arrival: Arrival, id: string, peer: Peer): void {
    const { session, wire } = acceptSession(this.#options);
    this.#sessions.add(session);
    if (id !== "") this.#wires.set(id, wire);
    session.signal.addEventListener("abort", () => {
      this.#sessions.delete(session);
      this.#wires.delete(id);
    });
    const refuse = (error: unknown): void => {
      arrival.refuse("refused");
      wire.close("refused", "The host could not open the session", error);
    };
    try {
      Promise.resolve(this.#options.open(session, peer)).catch(refuse);
    } catch (error) {
      refuse(error);
      return;
    }
    arrival.handOver(wire);
  }
}
