/** What an event consists of. */
export interface EventFields<T> {
  data?: ((item: T) => unknown) | undefined;
  event?: ((item: T) => string | undefined) | undefined;
  id?: ((item: T) => string | number | undefined) | undefined;
}

/** A comment, which keeps a connection open and is no event. */
export const comment = ":\n\n";

/**
 * Writes an item as an event, in the format of server-sent events (HTML, 9.2.5).
 *
 * @throws `TypeError` for a name or an id that would end its line, and what a function of the options throws.
 */
export function eventOf<T>(item: T, { data, event, id }: EventFields<T>): string {
  const content = data === undefined ? item : data(item);
  // JSON has no text for undefined: the event has no content then.
  const text = typeof content === "string" ? content : (JSON.stringify(content) ?? "");
  let lines = field("event", event?.(item)) + field("id", id?.(item));
  // A receiver takes each of the three for the end of a line, and puts the lines together with "\n".
  for (const line of text.split(/\r\n|\r|\n/)) lines += `data: ${line}\n`;
  return `${lines}\n`;
}

function field(name: string, value: string | number | undefined): string {
  if (value === undefined || value === null) return "";
  if (/[\r\n\0]/.test(String(value))) {
    throw new TypeError(
      `Could not send an event whose ${name} has a line break or NUL in it: ${JSON.stringify(value)}`,
    );
  }
  return `${name}: ${value}\n`;
}
