export { portLink } from "./port/port-link.ts";
export { transfer } from "./port/transfer.ts";
export type { PortLike } from "./port/port-link.ts";
