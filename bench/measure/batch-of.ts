const batches = new Map<number, number[]>();

/** The integers below `size`: made once, so that making them is not what is measured. */
export function batchOf(size: number): number[] {
  let batch = batches.get(size);
  if (batch === undefined) batches.set(size, (batch = Array.from({ length: size }, (_, i) => i)));
  return batch;
}
