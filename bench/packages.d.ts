/**
 * What the benchmark uses of packages that are installed for it alone: declared here, so that the project's linter
 * needs no more than the project's own packages.
 */

declare module "@observablehq/plot" {
  export type Mark = object;
  type Data<T> = readonly T[];
  type Channel<T> = keyof T | ((datum: T) => unknown) | number | string;
  interface MarkOptions<T> {
    x?: Channel<T>;
    y?: Channel<T>;
    x1?: Channel<T>;
    x2?: Channel<T>;
    z?: Channel<T>;
    fx?: Channel<T>;
    fy?: Channel<T>;
    text?: Channel<T>;
    fill?: Channel<T>;
    stroke?: Channel<T>;
    strokeWidth?: Channel<T>;
    strokeDasharray?: string;
    fontWeight?: Channel<T>;
    r?: number;
    dx?: number;
    textAnchor?: "start" | "middle" | "end";
    sort?: object | null;
  }
  interface Scale {
    type?: "linear" | "log" | "band" | "point" | "identity";
    label?: string | null;
    labelAnchor?: "left" | "center" | "right";
    domain?: readonly unknown[];
    grid?: boolean;
    ticks?: readonly number[] | number;
    tickFormat?: string | ((value: number) => string);
    axis?: "top" | "bottom" | "left" | "right" | null;
  }
  interface PlotOptions {
    document: Document;
    width: number;
    height: number;
    marginLeft?: number;
    marginRight?: number;
    marginBottom?: number;
    x?: Scale;
    y?: Scale;
    color?: Scale;
    marks: readonly Mark[];
  }
  export function plot(options: PlotOptions): SVGSVGElement;
  export function dot<T>(data: Data<T>, options: MarkOptions<T>): Mark;
  export function link<T>(data: Data<T>, options: MarkOptions<T>): Mark;
  export function line<T>(data: Data<T>, options: MarkOptions<T>): Mark;
  export function text<T>(data: Data<T>, options: MarkOptions<T>): Mark;
  export function barX<T>(data: Data<T>, options: MarkOptions<T>): Mark;
  export function ruleX<T>(data: Data<T>, options?: MarkOptions<T>): Mark;
  export function ruleY<T>(data: Data<T>, options?: MarkOptions<T>): Mark;
}

declare module "linkedom" {
  export function parseHTML(html: string): { document: Document };
}

declare module "queueable" {
  export class Channel<T> implements AsyncIterable<T> {
    push(value: T): Promise<unknown>;
    return(): Promise<unknown>;
    [Symbol.asyncIterator](): AsyncIterator<T>;
  }
}

declare module "medium" {
  export interface Medium<T> {
    readonly takes: T[];
  }
  export const CLOSED: unique symbol;
  export function chan<T>(): Medium<T>;
  export function put<T>(channel: Medium<T>, value: T): Promise<boolean>;
  export function take<T>(channel: Medium<T>): Promise<T | typeof CLOSED>;
  export function close<T>(channel: Medium<T>): void;
}

declare module "it-queueless-pushable" {
  interface Pushable<T> extends AsyncGenerator<T, void, unknown> {
    push(value: T): Promise<void>;
    end(): Promise<void>;
  }
  export function queuelessPushable<T>(): Pushable<T>;
}

declare module "@thi.ng/csp" {
  export interface Channel<T> extends AsyncIterable<T> {
    write(value: T): Promise<boolean>;
    close(): unknown;
  }
  interface Mult<T> {
    subscribe(): Channel<T>;
  }
  export function channel<T>(): Channel<T>;
  export function select<T>(...inputs: Channel<T>[]): Promise<[T | undefined, Channel<T>]>;
  export function merge<T>(inputs: Channel<T>[]): Channel<T>;
  export function mult<T>(source: Channel<T>): Mult<T>;
}

declare module "@repeaterjs/repeater" {
  export type Push<T, TNext = number> = (value: T) => Promise<TNext | undefined>;
  export type Stop = (() => void) & Promise<undefined>;
  export class Repeater<T, TReturn = void, TNext = number> implements AsyncIterable<T> {
    static merge<T>(sources: Iterable<AsyncIterable<T>>): Repeater<T>;
    constructor(executor: (push: Push<T, TNext>, stop: Stop) => PromiseLike<TReturn> | TReturn);
    next(value?: TNext): Promise<IteratorResult<T, TReturn>>;
    [Symbol.asyncIterator](): AsyncIterator<T>;
  }
}

declare module "effect" {
  export namespace Effect {
    interface Effect<A> {
      [Symbol.iterator](): Iterator<Effect<A>, A>;
    }
    function gen<A>(body: () => Generator<Effect<unknown>, A>): Effect<A>;
    function forkChild<A>(effect: Effect<A>): Effect<unknown>;
    function raceAllFirst<A>(all: Iterable<Effect<A>>): Effect<A>;
    function runPromise<A>(effect: Effect<A>): Promise<A>;
    function runSync<A>(effect: Effect<A>): A;
  }
  export namespace Queue {
    interface Queue<A> {
      readonly capacity: number;
      readonly "~A": A;
    }
    function bounded<A>(capacity: number): Effect.Effect<Queue<A>>;
    function offer<A>(queue: Queue<A>, item: A): Effect.Effect<boolean>;
    function take<A>(queue: Queue<A>): Effect.Effect<A>;
  }
}

declare module "streaming-iterables" {
  export function buffer<T>(size: number, source: AsyncIterable<T>): AsyncIterable<T>;
  export function parallelMerge<T>(...sources: AsyncIterable<T>[]): AsyncGenerator<T>;
}

declare module "comlink" {
  interface Endpoint {
    readonly comlink?: never;
  }
  export function expose(value: object, endpoint: Endpoint): void;
  export function wrap(endpoint: Endpoint): object;
}

declare module "comlink/dist/esm/node-adapter.mjs" {
  export default function nodeEndpoint(port: object): { readonly comlink?: never };
}

declare module "capnweb" {
  export class RpcTarget {
    private readonly target: never;
  }
  export function newMessagePortRpcSession(port: object, target?: RpcTarget): object;
  export function newWebSocketRpcSession(socket: object, target?: RpcTarget): object;
}
