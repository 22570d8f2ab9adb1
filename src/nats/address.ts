import type { NatsConnection } from "@nats-io/nats-core";

/** A token of a subject: nothing that has a meaning to NATS. */
const token = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws `TypeError` for what is no address. */
export function checkAddress(address: string): string {
  if (address.split(".").every((part) => token.test(part))) return address;
  throw new TypeError(
    `An address is made of letters, digits, "_" and "-", in parts joined by dots: ${address}`,
  );
}

/** A subject for what comes in over one link. */
export function createInbox(connection: NatsConnection): string {
  const { options } = connection as { options?: { inboxPrefix?: string } };
  return `${options?.inboxPrefix ?? "_INBOX"}.${unique()}`;
}

/** Whether this is such a subject: with any other, whoever dials could have frames sent to anybody. */
export function isInbox(subject: string): boolean {
  return /^_INBOX[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]{1,64}){1,8}$/.test(subject);
}

/** A name that nobody else has. */
export function unique(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
