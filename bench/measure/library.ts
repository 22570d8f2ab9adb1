import type * as Library from "coroutine-channels";

/** The build under test: this tree's, or that of the commit to compare with. */
export const library = (await import(
  process.env["BENCH_LIBRARY"] ?? new URL("../../dist/index.js", import.meta.url).href
)) as typeof Library;
