/** Stands for `coroutine-channels/inspect` where a build has none. */

export const toSVG: ((events: readonly unknown[]) => string) | undefined = undefined;
