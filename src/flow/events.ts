import { onAbort } from "../core/abort.ts";
import type { AbortSignal } from "../core/platform.ts";
import { ChannelOverflow } from "../core/errors.ts";
import { Backlog } from "./backlog.ts";
import type { BufferOptions } from "./backlog.ts";
import { Outlet } from "./outlet.ts";

/** What the platform calls an `EventTarget`. */
export interface EventSource {
  addEventListener(type: string, listener: (event: unknown) => void): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** What Node calls an `EventEmitter`. */
export interface EventEmitterLike {
  on(name: string | symbol, listener: (...args: unknown[]) => void): unknown;
  removeListener(name: string | symbol, listener: (...args: unknown[]) => void): unknown;
}

/** The platform's `Event` where its types are loaded. */
export type PlatformEvent = typeof globalThis extends { Event: { prototype: infer Platform } }
  ? Platform
  : { readonly type: string };

/** Options of {@link events}. */
export interface EventsOptions<T> extends Partial<BufferOptions<T, "drop-oldest" | "drop-newest">> {
  /** Ends the iteration when it aborts, with its reason, after the events that came before. */
  signal?: AbortSignal | undefined;
}

/**
 * Iterates over events.
 *
 * It listens from the call on, so that nothing is missed before the first request, until the iteration ends in
 * whatever way. Events that come while nobody asks are kept, at most `capacity` of them, 1024 by default. Since a target
 * cannot be made to wait, one event more ends the iteration with a `ChannelOverflow`, after the events kept, unless
 * `overflow` says which events to drop.
 *
 * The iteration does not end by itself. An emitter's `error` event ends it with that error, unless it is what is
 * listened to.
 *
 * Waits for the next event. Cancels with `signal` and `return()`.
 *
 * @param target An `EventTarget`, or else an `EventEmitter`.
 * @returns For a target the events; for an emitter the arrays of arguments, as Node's `events.on` gives them.
 * @throws The emitter's error; `ChannelOverflow`; what `onDrop` throws; the reason of `signal`. At once: `RangeError` for
 *   a capacity that is none, `TypeError` for an unknown policy or for what emits no events.
 *
 * @example
 * ```ts
 * import { events } from "coroutine-channels";
 *
 * const target = new EventTarget();
 * const greetings = events(target, "greeting");
 * target.dispatchEvent(new Event("greeting"));
 * for await (const event of greetings) {
 *   console.log(event.type);
 *   break; // removes the listener
 * }
 * // => greeting
 * ```
 */
export function events<E = PlatformEvent>(
  target: EventSource,
  name: string,
  options?: EventsOptions<E>,
): AsyncGenerator<E, void, void>;
export function events<Args extends readonly unknown[] = unknown[]>(
  target: EventEmitterLike,
  name: string | symbol,
  options?: EventsOptions<Args>,
): AsyncGenerator<Args, void, void>;
export function events(
  target: EventEmitterLike | EventSource,
  name: string | symbol,
  { signal, capacity = 1024, overflow, onDrop }: EventsOptions<unknown> = {},
): AsyncGenerator<unknown, void, void> {
  if ((overflow as string | undefined) === "wait") {
    throw new TypeError("Could not make events wait, which is no overflow policy for them: wait");
  }
  const listening: (() => void)[] = [];
  const stop = (): void => {
    for (const release of listening.splice(0)) release();
  };
  const outlet = new Outlet<unknown>(
    { close: async () => stop() },
    new Backlog({ capacity, overflow: overflow ?? "wait", onDrop }),
    () => {},
  );
  const fail = (error: unknown): void => {
    stop();
    outlet.fail(error);
  };
  const push = (item: unknown): void => {
    if (outlet.accepts) outlet.push(item);
    else fail(new ChannelOverflow(capacity));
  };

  if (signal?.aborted) {
    outlet.fail(signal.reason);
    return outlet.flow;
  }
  listening.push(...listen(target, name, push, fail));
  if (signal !== undefined) listening.push(onAbort(signal, () => fail(signal.reason)));
  return outlet.flow;
}

/** @returns Functions that remove the listeners. */
function listen(
  target: EventEmitterLike | EventSource,
  name: string | symbol,
  push: (item: unknown) => void,
  fail: (error: unknown) => void,
): (() => void)[] {
  if (isTarget(target)) {
    target.addEventListener(name as string, push);
    return [() => target.removeEventListener(name as string, push)];
  }
  if (typeof (target as Partial<EventEmitterLike> | undefined)?.on !== "function") {
    throw new TypeError(
      `Could not listen to what emits no events, a value of type: ${typeof target}`,
    );
  }
  const pushAll = (...args: unknown[]): void => push(args);
  target.on(name, pushAll);
  const release = [() => target.removeListener(name, pushAll)];
  if (name !== "error") {
    target.on("error", fail);
    release.push(() => target.removeListener("error", fail));
  }
  return release;
}

function isTarget(target: EventEmitterLike | EventSource): target is EventSource {
  return typeof (target as Partial<EventSource> | undefined)?.addEventListener === "function";
}
