import type { ChannelEnd, Client, Reader, Server, WaitOptions, Writer } from "../index.ts";

/** @throws `TypeError` for what is no name of a service. */
export function assertName(name: unknown): void {
  if (typeof name !== "string") {
    throw new TypeError(`A service has a name, a string, and not ${String(name)}`);
  }
}

/** Options of a far client end. */
export interface ClientOptions extends WaitOptions {
  /** How many calls may wait on it, as for a channel; 1024 by default. */
  limit?: number | undefined;
}

/** Options of a far reader. */
export interface ReaderOptions extends ClientOptions {
  /** How many items may be under way, or wait here, beyond what was asked for; 0 by default. */
  prefetch?: number | undefined;
}

/** What the first parameter of a service is. What is no function has none, and is neither kind of service. */
type EndOf<F> = F extends (end: infer E, ...rest: never) => unknown ? E : undefined;

/** What a service is opened with. */
type InputOf<F> = F extends (end: never, ...rest: infer Rest) => unknown
  ? Rest extends readonly []
    ? undefined
    : Rest[0]
  : never;

/** The service as a far channel's client end. */
type ClientOf<F> = EndOf<F> extends ChannelEnd<infer U, infer T, infer R> ? Client<T, U, R> : never;

/** The service as a far stream's reader. */
type ReaderOf<F> = EndOf<F> extends Writer<infer T> ? Reader<T> : never;

/** The services that are channels. Its keys, and no type with a name of its own, are what a wrong name is compared with in a message. */
type Channels<Far> = {
  [K in keyof Far & string as [ClientOf<Far[K]>] extends [never] ? never : K]: Far[K];
};

/** The services that are streams. */
type Streams<Far> = {
  [K in keyof Far & string as [ReaderOf<Far[K]>] extends [never] ? never : K]: Far[K];
};

/** The input may be left out where it may be `undefined`. */
type Rest<Input, Options> = undefined extends Input
  ? [input?: Input, options?: Options]
  : [input: Input, options?: Options];

/** How a session opens the channels that the other side serves: by name, or with the types given where it knows none. */
export type OpenClient<Far> = [keyof Far] extends [never]
  ? <T, U = void, R = void>(
      name: string,
      input?: unknown,
      options?: ClientOptions,
    ) => Client<T, U, R>
  : <N extends keyof Channels<Far>>(
      name: N,
      ...rest: Rest<InputOf<Far[N]>, ClientOptions>
    ) => ClientOf<Far[N]>;

/** How a session opens the streams that the other side serves. */
export type OpenReader<Far> = [keyof Far] extends [never]
  ? <T>(name: string, input?: unknown, options?: ReaderOptions) => Reader<T>
  : <N extends keyof Streams<Far>>(
      name: N,
      ...rest: Rest<InputOf<Far[N]>, ReaderOptions>
    ) => ReaderOf<Far[N]>;

/** Of a record of bodies, those whose first parameter is a server end; the others have no place in it. */
export type ChannelBodies<S> = {
  [K in keyof S]: [ClientOf<S[K]>] extends [never]
    ? (server: Server<unknown, unknown, unknown>) => unknown
    : S[K];
};

/** Of a record of bodies, those whose first parameter is a writer. */
export type StreamBodies<S> = {
  [K in keyof S]: [ReaderOf<S[K]>] extends [never] ? (writer: Writer<unknown>) => unknown : S[K];
};
