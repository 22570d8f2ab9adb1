import type { NatsConnection } from "@nats-io/nats-core";

/**
 * Whether a connection is up, and who wants to know when it is not: what is published meanwhile would be thrown away in
 * silence.
 */
export class Connectivity {
  up = true;
  readonly #lost = new Set<(cause: unknown) => void>();

  private constructor(connection: NatsConnection) {
    void this.#watch(connection);
  }

  static readonly #known = new WeakMap<NatsConnection, Connectivity>();

  /** @throws `TypeError` for a connection that gives up. */
  static of(connection: NatsConnection): Connectivity {
    const { options } = connection as { options?: { maxReconnectAttempts?: number } };
    if (options !== undefined && options.maxReconnectAttempts !== -1) {
      throw new TypeError(
        "This connection would give up after some attempts: connect with { maxReconnectAttempts: -1 }",
      );
    }
    const known = this.#known.get(connection) ?? new Connectivity(connection);
    this.#known.set(connection, known);
    return known;
  }

  /** Calls `lost` when the connection is lost. @returns Takes that back. */
  onLost(lost: (cause: unknown) => void): () => void {
    this.#lost.add(lost);
    return () => this.#lost.delete(lost);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "reconnect") this.up = true;
      else if (type === "disconnect" || type === "close") this.#tell(type);
    }
    this.#tell("close");
  }

  #tell(type: string): void {
    this.up = false;
    const lost = [...this.#lost];
    this.#lost.clear();
    for (const act of lost) act(new Error(`The connection to NATS is lost: ${type}`));
  }
}
