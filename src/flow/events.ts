import type { CallbacksOptions } from "./callbacks.ts";
import { Inbox } from "./parts/inbox.ts";
import { wrongType } from "./parts/misuse.ts";

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

/** The name of an event, or several. */
export type EventNames = string | symbol | readonly (string | symbol)[];

/** Options of {@link events}. */
export interface EventsOptions<T> extends CallbacksOptions<T> {
  /** Events that end the iteration, after the events that came before. */
  close?: EventNames | undefined;
  /**
   * Events that end it with an error, after the events that came before: the first argument of an emitter's, the `error`
   * of a target's event, or, if it has none, the event itself. An emitter's `error` always does, unless it is what is
   * listened to.
   */
  error?: EventNames | undefined;
}

/**
 * Iterates over events.
 *
 * It listens from the call on, so that nothing is missed before the first request, until the iteration ends in
 * whatever way. Events that come while nobody asks are kept, at most `capacity` of them, 1024 by default. Since a target
 * cannot be made to wait, one event more ends the iteration with a `ChannelOverflow`, after the events kept, unless
 * `overflow` says which events to drop.
 *
 * The iteration does not end by itself: name the events that end it in `close`, and those that fail it in `error`. An
 * emitter's `error` event ends it with that error, unless it is what is listened to.
 *
 * Waits for the next event. Cancels with `signal`, `return()` and `throw()`.
 *
 * @param target An `EventTarget`, or else an `EventEmitter`.
 * @returns For a target the events; for an emitter the arrays of arguments, as Node's `events.on` gives them.
 * @throws The error of an `error` event; `ChannelOverflow`; what `onDrop` throws; the reason of `signal`. At the call:
 *   `RangeError` if the capacity is invalid, `TypeError` for an unknown policy, or if `target` emits no events.
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
  { close = [], error = [], ...options }: EventsOptions<unknown> = {},
): AsyncGenerator<unknown, void, void> {
  const isTarget = isEventSource(target);
  if (!isTarget && typeof (target as Partial<EventEmitterLike> | undefined)?.on !== "function") {
    throw wrongType("events() takes an EventTarget or an EventEmitter", target);
  }
  const inbox = new Inbox<unknown>(options).endOn(options.signal);
  const fail = (cause: unknown): void => inbox.fail(isTarget ? errorOf(cause) : cause);
  const errors = namesOf(error);
  if (!isTarget && name !== "error") errors.add("error");

  inbox.open(() => {
    const listening: (() => void)[] = [];
    /** Removes all listeners, even if that fails with one. */
    function stop(): void {
      try {
        listening.pop()!();
      } finally {
        if (listening.length > 0) stop();
      }
    }
    function listen(to: string | symbol, listener: (...args: unknown[]) => void): void {
      if (isTarget) {
        listening.push(() => target.removeEventListener(to as string, listener));
        target.addEventListener(to as string, listener);
      } else {
        listening.push(() => target.removeListener(to, listener));
        target.on(to, listener);
      }
    }
    try {
      listen(name, (...args) => inbox.push(isTarget ? args[0] : args));
      for (const each of namesOf(close)) listen(each, () => inbox.end());
      for (const each of errors) listen(each, fail);
    } catch (failure) {
      stop();
      throw failure;
    }
    return stop;
  });
  return inbox;
}

function isEventSource(target: EventEmitterLike | EventSource): target is EventSource {
  return typeof (target as Partial<EventSource> | undefined)?.addEventListener === "function";
}

function namesOf(names: EventNames): Set<string | symbol> {
  return new Set(typeof names === "object" ? names : [names]);
}

function errorOf(event: unknown): unknown {
  try {
    return (event as { readonly error?: unknown } | undefined)?.error ?? event;
  } catch (error) {
    return error; // what an event throws is no business of its target's
  }
}
