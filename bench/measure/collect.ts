declare const gc: (() => void) | undefined;
declare const Bun: { gc(synchronously: boolean): void } | undefined;

/** A full garbage collection, now. */
export function collect(): void {
  if (typeof Bun !== "undefined") Bun.gc(true);
  else if (typeof gc !== "undefined") gc();
  else throw new Error("Could not collect garbage without --expose-gc");
}
