/**
 * How browsers without the event `close` of a port tell that its other side is gone: each side holds a lock for life, and
 * waits for the other's.
 */

/** Whether this platform has such locks, and needs them. */
export function needsLocks(port: object): boolean {
  const { navigator } = globalThis as { navigator?: Partial<Navigator> };
  return !("on" in port) && !("onclose" in port) && navigator?.locks !== undefined;
}

/**
 * Takes a lock.
 *
 * @param held Is called with its name as soon as it is held, or without one, where a page may have none.
 * @returns Lets go of it.
 */
export function holdLock(held: (name?: string) => void): () => void {
  const name = `coroutine-channels ${crypto.randomUUID()}`;
  let release!: () => void;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  navigator.locks
    .request(name, () => {
      held(name);
      return released;
    })
    .catch(() => held());
  return release;
}

/** Calls `freed` when the other side has let go of its lock, or has died. @returns Takes that back. */
export function awaitLock(name: string, freed: () => void): () => void {
  const controller = new AbortController();
  navigator.locks.request(name, { signal: controller.signal }, freed).catch(() => {});
  return () => controller.abort();
}
