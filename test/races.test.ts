/** Producers, consumers, closers and aborters in every order that fast-check's scheduler comes up with. */
import { Channel, ChannelClosed, type Client, type Server } from "coroutine-channels";
import fc from "fast-check";
import { expect, test } from "vitest";

import { settled } from "./support/settled.ts";
import { byScope } from "./support/scope.ts";

const runs = byScope({ part: 200, usual: 2000, long: 20_000 });

const reason = Symbol("reason");
const failure = new Error("failure");

interface Plan {
  /** For each routine, how many calls it makes, and whether it awaits each. */
  readonly producers: readonly Routine[];
  readonly consumers: readonly Routine[];
  /** Which calls are cancelled, by the order in which they were made. */
  readonly cancelled: readonly number[];
  readonly ending: "client returns" | "server returns" | "server throws" | "abort" | "none";
}

interface Routine {
  readonly calls: number;
  readonly patient: boolean;
  /** How a producer hands over. */
  readonly how: "send" | "put";
}

const routines = fc.array(
  fc.record({
    calls: fc.integer({ min: 1, max: 5 }),
    patient: fc.boolean(),
    how: fc.constantFrom("send" as const, "put" as const),
  }),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const plans: fc.Arbitrary<Plan> = fc.record({
  producers: routines,
  consumers: routines,
  cancelled: fc.array(fc.nat(15), { maxLength: 3 }),
  ending: fc.constantFrom("none", "client returns", "server returns", "server throws", "abort"),
});

type Fate = "waits" | "sent" | "put" | "undelivered" | "handed over" | "cancelled" | "never put";

/** Lets the scheduler do all there is to do, and all that follows. */
async function rest(scheduler: fc.Scheduler): Promise<void> {
  do {
    await scheduler.waitIdle();
    await settled();
  } while (scheduler.count() > 0);
}

/** One run of a plan: who did what, and what became of it. */
class Run {
  readonly fates: Fate[] = [];
  readonly received: number[] = [];
  /** How many calls have not settled. */
  pending = 0;
  readonly #scheduler: fc.Scheduler;
  readonly #plan: Plan;
  readonly #controller = new AbortController();
  readonly #channel = new Channel<number>({ signal: this.#controller.signal });
  readonly #client = this.#channel.client();
  readonly #calls: AbortController[] = [];

  constructor(scheduler: fc.Scheduler, plan: Plan) {
    this.#scheduler = scheduler;
    this.#plan = plan;
  }

  async play(): Promise<void> {
    const { producers, consumers, cancelled, ending } = this.#plan;
    const opening = this.#channel.server().catch(() => undefined);
    const acting = [
      ...consumers.map((consumer) => this.#repeat("receive", consumer, () => this.#receive())),
      ...cancelled.map((which) => this.#cancel(which)),
      opening.then((server) => {
        if (server === undefined) return undefined;
        return Promise.all([
          ...producers.map((producer) =>
            this.#repeat(producer.how, producer, () => this.#send(server, producer.how)),
          ),
          this.#end(ending, server),
        ]);
      }),
    ];
    if (ending === "client returns") acting.push(this.#end(ending));
    // Patient routines wait for ever when there is nobody for them; then both ends are closed.
    await rest(this.#scheduler);
    this.#client.return().catch(() => {});
    await rest(this.#scheduler);
    await Promise.all(acting);
  }

  async #turn(label: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), label);
  }

  async #repeat(
    label: string,
    { calls, patient }: Routine,
    call: () => Promise<void>,
  ): Promise<void> {
    for (let i = 0; i < calls; i++) {
      await this.#turn(label);
      this.pending++;
      const made = call().finally(() => this.pending--);
      if (patient) await made;
    }
  }

  #signal(): AbortSignal {
    const controller = new AbortController();
    this.#calls.push(controller);
    return controller.signal;
  }

  async #send(server: Server<number>, how: "send" | "put"): Promise<void> {
    const id = this.fates.push("waits") - 1;
    try {
      await server[how](id, { signal: this.#signal() });
      this.fates[id] = how === "put" ? "put" : "sent";
    } catch (error) {
      if (error === reason) this.fates[id] = how === "put" ? "never put" : "cancelled";
      else {
        ChannelClosed.ignore(error);
        this.fates[id] = (error as ChannelClosed).undelivered ? "undelivered" : "handed over";
      }
    }
  }

  async #receive(): Promise<void> {
    try {
      this.received.push(await this.#client.receive({ signal: this.#signal() }));
    } catch (error) {
      if (error !== reason && error !== failure) ChannelClosed.ignore(error);
    }
  }

  async #cancel(which: number): Promise<void> {
    await this.#turn("cancel");
    this.#calls[which]?.abort(reason);
  }

  async #end(ending: Plan["ending"], server?: Server<number>): Promise<void> {
    await this.#turn(ending);
    if (ending === "client returns") await this.#client.return().catch(() => {});
    if (ending === "server returns") await server?.return();
    if (ending === "server throws") await server?.throw(failure).catch(() => {});
    // Who sends is told the reason, and cannot know whether the item was taken: as with a cancelled send.
    if (ending === "abort") this.#controller.abort(reason);
  }
}

async function playAll(
  plans: fc.Arbitrary<Plan>,
  numRuns: number,
  check: (run: Run) => void,
): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
    const run = new Run(scheduler, plan);
    await run.play();
    check(run);
  });
  await fc.assert(property, { numRuns });
}

test("every item is received at most once, in order, which who was told otherwise can rely on, and nobody hangs", async () => {
  const seen = new Set<Fate>();
  await playAll(plans, runs, ({ fates, received, pending }) => {
    expect(pending).toBe(0);
    expect(received).toEqual([...new Set(received)].sort((a, b) => a - b));
    fates.forEach((fate, id) => {
      seen.add(fate);
      if (/^(undelivered|never put)$/.test(fate)) expect(received).not.toContain(id);
    });
  });
  const all = ["cancelled", "handed over", "never put", "put", "sent", "undelivered"];
  expect([...seen].sort()).toEqual(all);
}, 60_000);

test("what was handed over is received", async () => {
  await playAll(plans, runs, ({ fates, received }) => {
    const handed = fates.flatMap((fate, id) => (/^(sent|put|handed over)$/.test(fate) ? [id] : []));
    expect(received).toEqual(expect.arrayContaining(handed));
  });
}, 60_000);

interface Said {
  readonly value: string;
  answer?: string;
}

async function converse(
  scheduler: fc.Scheduler,
  end: Client<string, string> | Server<string, string>,
  name: string,
  routines_: readonly Routine[],
  said: Said[],
): Promise<void> {
  await Promise.all(
    routines_.map(async ({ calls, patient }) => {
      for (let i = 0; i < calls; i++) {
        await scheduler.schedule(Promise.resolve(), name);
        const one: Said = { value: `${name}${said.length}` };
        said.push(one);
        const answered = end.send(one.value).then((answer) => {
          one.answer = answer;
        }, ChannelClosed.ignore);
        if (patient) await answered;
      }
    }),
  );
}

test("the server's k-th value answers the client's k-th, and the client's next one that", async () => {
  let answers = 0;
  const property = fc.asyncProperty(
    fc.scheduler(),
    routines,
    routines,
    async (scheduler, up, down) => {
      const channel = new Channel<string, string>();
      const [client, server]: [Said[], Said[]] = [[], []];
      const conversing = [
        converse(scheduler, channel.client(), "c", up, client),
        channel.server().then((end) => converse(scheduler, end, "s", down, server)),
      ];
      await rest(scheduler);
      const met = Math.min(client.length, server.length);
      expect(client.slice(0, met).map(({ answer }) => answer)).toEqual(
        server.slice(0, met).map(({ value }) => value),
      );
      const heard = client.slice(1, server.length + 1);
      expect(server.slice(0, heard.length).map(({ answer }) => answer)).toEqual(
        heard.map(({ value }) => value),
      );
      expect(
        [...client.slice(met), ...server.slice(heard.length)].every(
          (one) => one.answer === undefined,
        ),
      ).toBe(true);
      answers += met + heard.length;
      await channel.client().return();
      await rest(scheduler);
      await Promise.all(conversing);
    },
  );
  await fc.assert(property, { numRuns: runs });
  expect(answers).toBeGreaterThan(runs);
}, 60_000);
