/** The text of a program as a part of an address, as a build writes it. playground/address.ts reads it. */

import { deflateRawSync } from "node:zlib";

export function addressOf(code: string): string {
  return `#code=${deflateRawSync(code, { level: 9 }).toString("base64url")}`;
}
