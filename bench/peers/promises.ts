import type { Peer } from "../measure/peer.ts";

/** The least that one could write by hand: two variables that hold a promise's resolve function. */
class Handshake {
  #demanded: ((open: boolean) => void) | undefined = undefined;
  #answer: ((item: number | undefined) => void) | undefined = undefined;

  /** Answers the consumer, and waits until it asks again. */
  send(item: number | undefined): Promise<boolean> {
    const answer = this.#answer;
    return new Promise((resolve) => {
      this.#demanded = resolve;
      answer?.(item);
    });
  }

  /** Asks, and waits for the producer. */
  take(): Promise<number | undefined> {
    const demanded = this.#demanded;
    return new Promise((resolve) => {
      this.#answer = resolve;
      demanded?.(true);
    });
  }
}

async function produce(channel: Handshake, count: number): Promise<void> {
  await channel.send(undefined);
  for (let i = 0; i < count; i++) await channel.send(i);
  void channel.send(undefined);
}

async function consume(channel: Handshake): Promise<number> {
  let sum = 0;
  for (;;) {
    const item = await channel.take();
    if (item === undefined) return sum;
    sum += item;
  }
}

async function level(channel: Handshake, count: number, depth: number): Promise<void> {
  if (depth > 0) await level(channel, count, depth - 1);
  else await produce(channel, count);
}

/** Promises written out by hand, without an iterator, errors or leaving early. */
export const peer: Peer = {
  title: "hand-written promises",
  ahead: "lockstep",
  programs: {
    "one-way"(count, items) {
      return items === "integers" ? integers(count) : objects(count);
    },
    "two-way"(count) {
      return twoWay(count);
    },
    async delegation(count, depth) {
      const channel = new Handshake();
      void level(channel, count, depth);
      return consume(channel);
    },
    async "fan-out"(count, channels) {
      const handshakes = Array.from({ length: channels }, () => new Handshake());
      const consumed = Promise.all(
        handshakes.map((channel) => {
          void channel.send(undefined);
          return consume(channel);
        }),
      );
      for (let i = 0; i < count; i++) await handshakes[i % channels]?.send(i);
      for (const channel of handshakes) void channel.send(undefined);
      return consumed;
    },
    async create(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const channel = new Handshake();
        void produce(channel, 1);
        sum += await consume(channel);
      }
      return sum;
    },
    "idle-memory": (count) => Array.from({ length: count }, () => new Handshake()),
  },
};

async function integers(count: number): Promise<number> {
  const channel = new Handshake();
  void produce(channel, count);
  return consume(channel);
}

async function objects(count: number): Promise<number> {
  let demanded: (() => void) | undefined;
  let answer: ((item: { v: number } | undefined) => void) | undefined;
  const send = (item: { v: number } | undefined): Promise<void> =>
    new Promise((resolve) => {
      demanded = resolve;
      answer?.(item);
    });
  const take = (): Promise<{ v: number } | undefined> =>
    new Promise((resolve) => {
      answer = resolve;
      demanded?.();
    });
  void (async () => {
    await send(undefined);
    for (let i = 0; i < count; i++) await send({ v: i });
    void send(undefined);
  })();
  let sum = 0;
  for (let item = await take(); item !== undefined; item = await take()) sum += item.v;
  return sum;
}

async function twoWay(count: number): Promise<number> {
  let answered: ((reply: number) => void) | undefined;
  let answer: ((item: number | undefined) => void) | undefined;
  const send = (item: number | undefined): Promise<number> =>
    new Promise((resolve) => {
      answered = resolve;
      answer?.(item);
    });
  const ask = (reply: number): Promise<number | undefined> =>
    new Promise((resolve) => {
      answer = resolve;
      answered?.(reply);
    });
  let sum = 0;
  void (async () => {
    await send(undefined);
    for (let i = 0; i < count; i++) sum += await send(i);
    void send(undefined);
  })();
  for (let item = await ask(0); item !== undefined;) item = await ask(item + 1);
  return sum;
}
