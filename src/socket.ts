export { byteLink } from "./socket/byte-link.ts";
export { messagePack } from "./socket/codec.ts";
export { webSocketLink } from "./socket/web-socket-link.ts";
export type { ByteLinkOptions } from "./socket/byte-link.ts";
export type { Codec } from "./socket/codec.ts";
export type { NodeDuplex, NodePair, NodeReadable, NodeWritable, WebPair } from "./socket/duplex.ts";
export type { WebSocketLike, WebSocketLinkOptions } from "./socket/web-socket-link.ts";
