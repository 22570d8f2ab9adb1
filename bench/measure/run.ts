/** What is measured: moves `count` items, or does whatever else its workload is about as often. */
export type Run = (count: number) => unknown;
