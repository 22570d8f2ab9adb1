/** What is to be moved with a value, until that is sent: most programs move nothing. */
let transfers: WeakMap<object, readonly unknown[]> | undefined;

/**
 * Marks what is to be moved, and not copied, when a value is sent over a port: large buffers, ports, streams. Other links
 * ignore it.
 *
 * What has been moved is of no more use here.
 *
 * @param value What will be sent: it, or a part of it, is in the list.
 * @param list What is moved: `ArrayBuffer`s, `MessagePort`s, and whatever else the platform can.
 * @returns The value.
 *
 * @example
 * ```ts
 * import { Session } from "coroutine-channels/link";
 * import { portLink, transfer } from "coroutine-channels/port";
 *
 * const { port1, port2 } = new MessageChannel();
 * const buffer = new ArrayBuffer(1024);
 * new Session(portLink(port1)).serve<ArrayBuffer>("buffers", async (server) => {
 *   await server.send(transfer(buffer, [buffer]));
 * });
 * const session = new Session(portLink(port2));
 * const received = await session.client<ArrayBuffer>("buffers").receive();
 * console.log(received.byteLength, buffer.byteLength); // => 1024 0
 * await session.close();
 * ```
 */
export function transfer<V extends object>(value: V, list: readonly unknown[]): V {
  (transfers ??= new WeakMap()).set(value, list);
  return value;
}

/** What is to be moved with the values of a frame, or of the batch in it; nothing, if that is nothing. */
export function transferred(frame: readonly unknown[]): unknown[] | undefined {
  if (transfers === undefined) return undefined;
  const list: unknown[] = [];
  for (const element of frame) {
    if (typeof element !== "object" || element === null) continue;
    list.push(...(transfers.get(element) ?? []));
    if (!Array.isArray(element)) continue;
    for (const item of element as unknown[]) {
      if (typeof item === "object" && item !== null) list.push(...(transfers.get(item) ?? []));
    }
  }
  return list.length > 0 ? list : undefined;
}
