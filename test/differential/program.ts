/** Random programs, as data: what a generator's body does, and what its consumer does. */
import fc from "fast-check";

export type Block = readonly Statement[];
/** What a body does. */
export type Statement =
  | { readonly is: "yield"; readonly value: unknown; readonly how: "send" | "put" }
  | { readonly is: "return"; readonly value: unknown }
  | { readonly is: "throw"; readonly error: number }
  /** Awaits some microtasks, or else the consumer's next release. */
  | { readonly is: "ticks"; readonly count: number }
  | { readonly is: "wait" }
  | { readonly is: "try"; readonly body: Block; readonly caught?: Block; readonly finally?: Block }
  | { readonly is: "loop"; readonly times: number; readonly body: Block }
  /** Leaves the work to another generator, or producer. */
  | { readonly is: "delegate"; readonly body: Block };

/** What a consumer does. */
export type Action =
  | { readonly is: "next" | "return" | "return resolved" | "return later"; readonly value: unknown }
  | { readonly is: "throw" | "return rejected"; readonly error: number }
  /** `for await`, left after so many items. */
  | { readonly is: "loop"; readonly most: number }
  /** Lets the body, or a promise that was returned with, go on. */
  | { readonly is: "release" };
/** An action, and how many microtasks later the next one comes: `Infinity` for when all has come to rest. */
export type Step = Action & { readonly pause: number };

export interface Program {
  readonly body: Block;
  readonly consumer: readonly Step[];
}

const items = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(undefined, null, false, 0, "") },
);
const errors = fc.integer({ min: 1, max: 4 });

/** @param waits Whether the body waits for releases. */
function bodies(waits: boolean): fc.Arbitrary<Block> {
  interface Where {
    readonly yields: boolean;
    readonly returns: boolean;
    /** Whether to yield while cleaning up. */
    readonly lingers: boolean;
  }
  const statement = (depth: number, where: Where): fc.Arbitrary<Statement> => {
    const block = (inside: Where = where): fc.Arbitrary<Block> =>
      fc.array(statement(depth - 1, inside), { maxLength: 3 });
    const ticks = fc.record({
      is: fc.constant("ticks" as const),
      count: fc.integer({ min: 1, max: 4 }),
    });
    const choices: fc.WeightedArbitrary<Statement>[] = [
      { weight: 2, arbitrary: ticks },
      { weight: 1, arbitrary: fc.record({ is: fc.constant("throw" as const), error: errors }) },
    ];
    if (where.yields)
      choices.push({
        weight: 8,
        arbitrary: fc.record({
          is: fc.constant("yield" as const),
          value: items,
          how: fc.constantFrom("send" as const, "send" as const, "put" as const),
        }),
      });
    if (where.returns)
      choices.push({
        weight: 1,
        arbitrary: fc.record({ is: fc.constant("return" as const), value: items }),
      });
    if (waits) choices.push({ weight: 2, arbitrary: fc.constant({ is: "wait" }) });
    if (depth > 0) {
      const cleaning = { ...where, yields: where.yields && where.lingers };
      choices.push(
        {
          weight: 4,
          arbitrary: fc
            .record(
              {
                is: fc.constant("try" as const),
                body: block(),
                caught: block(),
                finally: block(cleaning),
              },
              { requiredKeys: ["is", "body"] },
            )
            .filter((one) => one.caught !== undefined || one.finally !== undefined),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            is: fc.constant("loop" as const),
            times: fc.integer({ min: 2, max: 3 }),
            body: block(),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            is: fc.constant("delegate" as const),
            // A helper that returns from its `finally` swallows the client's leaving, and `yield*` to one that yields
            // in its `finally` swallows it, too, where a producer's goes on.
            body: block({ ...where, returns: false, lingers: false }),
          }),
        },
      );
    }
    return fc.oneof(...choices);
  };
  return fc.array(statement(2, { yields: true, returns: true, lingers: true }), {
    maxLength: 5,
  });
}

function consumers(waits: boolean, pauses: fc.Arbitrary<number>): fc.Arbitrary<Step[]> {
  const value = <K extends Action["is"]>(is: K) =>
    fc.record({ is: fc.constant(is), value: items, pause: pauses });
  const error = <K extends Action["is"]>(is: K) =>
    fc.record({ is: fc.constant(is), error: errors, pause: pauses });
  const choices: fc.WeightedArbitrary<Step>[] = [
    { weight: 12, arbitrary: value("next") },
    { weight: 2, arbitrary: error("throw") },
    { weight: 2, arbitrary: value("return") },
    { weight: 1, arbitrary: value("return resolved") },
    { weight: 1, arbitrary: error("return rejected") },
    {
      weight: 2,
      arbitrary: fc.record({
        is: fc.constant("loop" as const),
        most: fc.integer({ min: 1, max: 4 }),
        pause: pauses,
      }),
    },
  ];
  if (waits)
    choices.push(
      { weight: 1, arbitrary: value("return later") },
      { weight: 4, arbitrary: fc.record({ is: fc.constant("release" as const), pause: pauses }) },
    );
  return fc.array(fc.oneof(...choices), { minLength: 1, maxLength: 9 });
}

/** Programs whose steps come at once, or when all has come to rest. */
export function steppedPrograms(): fc.Arbitrary<Program> {
  const pauses = fc.constantFrom(0, Infinity, Infinity);
  return programs(bodies(true), consumers(true, pauses));
}

/** Programs whose steps come a few microtasks after one another. */
export function racingPrograms(): fc.Arbitrary<Program> {
  return programs(bodies(false), consumers(false, fc.nat(6)));
}

/**
 * Without those that return a promise that rejects to a generator which delegates: there, V8 resumes the other generator
 * with the error as an ordinary value, and is no reference.
 */
function programs(
  body: fc.Arbitrary<Block>,
  consumer: fc.Arbitrary<Step[]>,
): fc.Arbitrary<Program> {
  return fc
    .record({ body, consumer })
    .filter(
      (one) => !(delegates(one.body) && one.consumer.some(({ is }) => is === "return rejected")),
    );
}

function delegates(block: Block): boolean {
  return block.some((statement) => {
    if (statement.is === "delegate") return true;
    if (statement.is === "try")
      return [statement.body, statement.caught, statement.finally].some(
        (part) => part !== undefined && delegates(part),
      );
    return statement.is === "loop" && delegates(statement.body);
  });
}
