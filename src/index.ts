export { Channel } from "./channel.ts";
export { ChannelClosed, ChannelOverflow } from "./core/errors.ts";
export { produce } from "./produce.ts";
export { serveAll } from "./serve-all.ts";
export type { Body } from "./channel.ts";
export type { ChannelOptions } from "./channel-options.ts";
export type { ChannelClosedOptions } from "./core/errors.ts";
export type { AbortSignal } from "./core/platform.ts";
export type { ChannelEnd, Client, Server, WaitOptions } from "./end.ts";
export type { AnyChannel, ServersOf } from "./serve-all.ts";

export { StreamChannel } from "./stream/stream-channel.ts";
export type { Reader } from "./stream/reader.ts";
export type { Writer } from "./stream/writer.ts";

export { broadcast } from "./flow/broadcast.ts";
export { buffer } from "./flow/buffer.ts";
export { cooperative } from "./flow/cooperative.ts";
export { events } from "./flow/events.ts";
export { merge } from "./flow/merge.ts";
export { select } from "./flow/select.ts";
export { share } from "./flow/share.ts";
export type { BufferOptions, Overflow } from "./flow/backlog.ts";
export type { Broadcast } from "./flow/broadcast.ts";
export type { CooperativeOptions } from "./flow/cooperative.ts";
export type { EventEmitterLike, EventSource, EventsOptions, PlatformEvent } from "./flow/events.ts";
export type { Arm, Selected, SelectOptions } from "./flow/select.ts";
export type { Share } from "./flow/share.ts";
