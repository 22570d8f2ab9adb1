export { natsLink } from "./nats/nats-link.ts";
export { natsServe } from "./nats/nats-serve.ts";
export type { NatsServing } from "./nats/nats-serve.ts";
