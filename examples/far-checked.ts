// Types say what the other side should send, and a schema checks what it does send. Any library of the Standard Schema kind will
// do: Zod, Valibot, ArkType. So that this example needs none, one is written by hand.
import type { Client, Server } from "coroutine-channels";
import { Session } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";

/** What such libraries agree on, as far as it matters here: https://standardschema.dev */
interface Schema<T> {
  readonly "~standard": {
    validate(value: unknown): Result<T> | Promise<Result<T>>;
  };
}
type Result<T> = { readonly value: T; readonly issues?: undefined } | { readonly issues: Issues };
type Issues = readonly { readonly message: string }[];

async function checked<T>(schema: Schema<T>, value: unknown): Promise<T> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  throw new TypeError(result.issues.map(({ message }) => message).join(", "));
}

const finite: Schema<number> = {
  "~standard": {
    validate: (value) =>
      Number.isFinite(value)
        ? { value: value as number }
        : { issues: [{ message: `no finite number: ${String(value)}` }] },
  },
};

/** A body whose input and whose answers are checked before it sees them. */
const services = {
  sum: async (server: Server<number, number>, input: number) => {
    let sum = await checked(finite, input);
    for (;;) sum += await checked(finite, await server.send(sum));
  },
};

const { port1, port2 } = new MessageChannel();
new Session(portLink(port1)).serve(services);

// A client that was written in good faith, and two that were not: they know no types.
const session = new Session<typeof services>(portLink(port2));
const honest = session.client("sum", 1);
console.log(await honest.receive(), await honest.send(2));

const tell = (error: unknown) => console.log(String(error));
const untyped = session.client as (name: string, input?: unknown) => Client<number, unknown>;
await untyped("sum", "1").receive().catch(tell);
const careless = untyped("sum", 1);
await careless.receive();
await careless.send(NaN).catch(tell);
await session.close();

// Prints:
// 1 3
// TypeError: no finite number: 1
// TypeError: no finite number: NaN
