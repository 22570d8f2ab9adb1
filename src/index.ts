export { Channel } from "./channel.ts";
export { ChannelClosed, ChannelOverflow } from "./errors.ts";
export { produce } from "./produce.ts";
export { StreamChannel } from "./stream/stream-channel.ts";

export type { AbortSignal } from "./core/abort.ts";
export type { ChannelOptions } from "./channel.ts";
export type { ChannelEnd, Client, Server, WaitOptions } from "./end.ts";
export type { ChannelClosedOptions } from "./errors.ts";
export type { Reader } from "./stream/reader.ts";
export type { Writer } from "./stream/writer.ts";
