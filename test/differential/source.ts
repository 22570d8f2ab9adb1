/**
 * The same body as the source text of a generator function, and of a producer: nothing else differs. To `put` an item, and
 * then to `receive()`, is to `send` it.
 */
import type { Block, Statement } from "./program.ts";

export type Dialect = "generator" | "producer";

const words = {
  generator: {
    send: (value: string) => `yield ${value}`,
    put: (value: string) => `yield ${value}`,
    delegate: (body: string) => `yield* (async function* () {\n${body}})();`,
    rethrow: "",
  },
  producer: {
    send: (value: string) => `await server.send(${value})`,
    put: (value: string) => `(await server.put(${value}), await server.receive())`,
    delegate: (body: string) => `await (async (server) => {\n${body}})(server);`,
    // The difference for a catch-all: it sees the client's leaving, and a well-behaved body lets it pass.
    rethrow: "if (left(error)) throw error;\n",
  },
} as const;

/** The statements of a body: they use `see`, `errorOf`, `ticks`, `wait`, and in a producer `server` and `left`. */
export function sourceOf(block: Block, dialect: Dialect): string {
  return block.map((statement) => `${one(statement, dialect)}\n`).join("");
}

function one(statement: Statement, dialect: Dialect): string {
  const { delegate, rethrow } = words[dialect];
  switch (statement.is) {
    case "yield": {
      const value = literal(statement.value);
      const yields = words[dialect][statement.how];
      return `see("yields", ${value}); see("got", ${yields(value)});`;
    }
    case "return":
      return `return ${literal(statement.value)};`;
    case "throw":
      return `throw errorOf(${statement.error});`;
    case "ticks":
      return `await ticks(${statement.count});`;
    case "wait":
      return "await wait();";
    case "loop":
      return `for (let i = 0; i < ${statement.times}; i++) {\n${sourceOf(statement.body, dialect)}}`;
    case "delegate":
      return delegate(sourceOf(statement.body, dialect));
    case "try":
      return [
        `try {\n${sourceOf(statement.body, dialect)}}`,
        statement.caught &&
          `catch (error) {\n${rethrow}see("caught", error);\n${sourceOf(statement.caught, dialect)}}`,
        statement.finally && `finally {\nsee("finally");\n${sourceOf(statement.finally, dialect)}}`,
      ]
        .filter(Boolean)
        .join(" ");
  }
}

function literal(value: unknown): string {
  return value === undefined ? "undefined" : JSON.stringify(value);
}
