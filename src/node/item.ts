/** @throws `TypeError` for `null`, by which streams of Node's mean their end. */
export function assertItem(item: unknown): void {
  if (item === null) throw new TypeError("Could not pass an item through a Node stream: null");
}
