import type { Peer } from "../measure/peer.ts";

type Client = AsyncGenerator<number, void, void>;

async function* integers(): Client {
  for (let i = 0; ; i++) yield i;
}

async function* silence(): Client {
  await new Promise(() => {});
}

/** The requests that have been made, each with its answer and who gave it. */
class Race {
  readonly #requests = new Map<Client, Promise<{ client: Client; value: number }>>();

  constructor(clients: readonly Client[]) {
    for (const client of clients) this.#ask(client);
  }

  async take(): Promise<number> {
    const { client, value } = await Promise.race(this.#requests.values());
    this.#ask(client);
    return value;
  }

  #ask(client: Client): void {
    const request = client.next().then(({ value }) => ({ client, value: value ?? 0 }));
    this.#requests.set(client, request);
  }
}

/** The least that one could write by hand without losing items: the requests that lose are kept for the next race. */
export const peer: Peer = {
  title: "Promise.race of kept requests",
  ahead: "1 ahead",
  programs: {
    async select(count, arms) {
      const race = new Race(Array.from({ length: arms }, integers));
      let sum = 0;
      for (let i = 0; i < count; i++) sum += await race.take();
      return sum;
    },
    "select-again"() {
      const race = new Race([silence(), silence(), integers()]);
      return () => race.take();
    },
  },
};
