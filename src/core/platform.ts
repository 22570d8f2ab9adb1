/** What the core needs of every platform it runs on, declared here because none of their types is loaded. */

interface MinimalAbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The platform's `AbortSignal` where its types are loaded, and what the library needs of one where they are not. */
export type AbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : MinimalAbortSignal;

interface Platform {
  readonly AbortController: new () => {
    readonly signal: AbortSignal;
    abort(reason: unknown): void;
  };
  readonly Event: new (type: string) => unknown;
}

/** What the core uses of every platform, by the names that it has there. */
export const platform = globalThis as unknown as Platform;
