/** What is sent: three fields. */
export interface Item {
  readonly id: number;
  readonly name: string;
  readonly done: boolean;
}

export const item = (id: number): Item => ({ id, name: "an item of the benchmark", done: false });

/** How many items a message has where many are sent at a time. */
export const batch = 256;

export const items = (from: number): Item[] => Array.from({ length: batch }, (_, i) => item(from + i));

/** How many items may be under way. */
export const window = 1024;
