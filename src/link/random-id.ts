interface Platform {
  readonly crypto: { getRandomValues(array: Uint8Array): Uint8Array };
}

/** 128 random bits, in hexadecimal digits. */
export function randomId(): string {
  const bytes = (globalThis as unknown as Platform).crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
