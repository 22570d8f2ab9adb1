/** A link that passes values on by reference, though its frames cross a real transport. */
import type { Frame, Link } from "coroutine-channels/link";

/** What has crossed. */
const things: unknown[] = [];

/** What a test knows by its identity crosses as a number in an array; all else crosses as it is. */
export function toHandle(value: unknown): unknown {
  const byIdentity = typeof value === "object" ? value !== null : /^(f|sy)/.test(typeof value);
  return byIdentity ? [things.push(value) - 1] : value;
}

export function fromHandle(value: unknown): unknown {
  return Array.isArray(value) ? things[value[0] as number] : value;
}

/** The type of the frames that bring an array of values, and where in them that is. */
const [ITEMS, AT] = [6, 5];

function exchanged(frame: Frame, exchange: (value: unknown) => unknown): Frame {
  return frame.map((part, i) =>
    frame[0] === ITEMS && i === AT ? (part as unknown[]).map(exchange) : exchange(part),
  );
}

class HandleLink implements Link {
  declare encode?: (frame: Frame) => Uint8Array;
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
    const encode = link.encode?.bind(link);
    if (encode !== undefined) this.encode = (frame) => encode(exchanged(frame, toHandle));
  }

  send(frame: Frame | Uint8Array): void {
    this.#link.send(frame instanceof Uint8Array ? frame : exchanged(frame, toHandle));
  }

  close(): void {
    this.#link.close();
  }

  set onframe(hear: Link["onframe"]) {
    this.#link.onframe =
      hear &&
      ((frame, bytes) => hear(Array.isArray(frame) ? exchanged(frame, fromHandle) : frame, bytes));
  }

  set onclose(hear: Link["onclose"]) {
    this.#link.onclose = hear;
  }

  set frameLimit(bytes: number | undefined) {
    this.#link.frameLimit = bytes;
  }

  get heartbeat(): number | undefined {
    return this.#link.heartbeat;
  }

  get unsent(): number | undefined {
    return this.#link.unsent;
  }
}

export function byHandle(link: Link): Link {
  return new HandleLink(link);
}
