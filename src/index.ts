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

export { abortable } from "./flow/abortable.ts";
export { broadcast } from "./flow/broadcast.ts";
export { buffer } from "./flow/buffer.ts";
export { callbacks } from "./flow/callbacks.ts";
export { cooperative } from "./flow/cooperative.ts";
export { distribute } from "./flow/distribute.ts";
export { events } from "./flow/events.ts";
export { merge } from "./flow/merge.ts";
export { select } from "./flow/select.ts";
export type { AbortableOptions } from "./flow/abortable.ts";
export type { Broadcast, BroadcastOptions, SubscribeOptions } from "./flow/broadcast.ts";
export type { BufferOptions, Overflow } from "./flow/buffer.ts";
export type { CallbacksOptions, Pushing, Subscribe } from "./flow/callbacks.ts";
export type { CooperativeOptions } from "./flow/cooperative.ts";
export type { DistributeOptions, Distribution } from "./flow/distribute.ts";
export type {
  EventEmitterLike,
  EventNames,
  EventSource,
  EventsOptions,
  PlatformEvent,
} from "./flow/events.ts";
export type { ItemOf } from "./flow/merge.ts";
export type { PushOverflow } from "./flow/parts/inbox.ts";
export type { AnyIterable } from "./flow/parts/source.ts";
export type { Arm, Arms, Selected, SelectOptions } from "./flow/select.ts";
