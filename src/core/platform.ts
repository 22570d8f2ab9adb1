/** What the core needs of every platform it runs on, declared here because none of their types is loaded. */

interface MinimalAbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The platform's `AbortSignal` where its types are loaded, and what the library needs of one where they are not. */
export type AbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Platform } }
  ? Platform
  : MinimalAbortSignal;

/** The platform's `AbortController`, as far as the library needs it. */
export interface AbortController {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/** Makes the controller of an end's `signal`. */
export function createAbortController(): AbortController {
  const platform = globalThis as unknown as { AbortController: new () => AbortController };
  return new platform.AbortController();
}
