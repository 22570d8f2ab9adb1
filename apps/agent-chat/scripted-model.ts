// A model that needs no key and says what is in its script, token by token. To plug a real one in, write such a function
// around its API: give `signal` to its `fetch`, and yield a part for each piece of text and for each call of a tool.
import { setTimeout as pause } from "node:timers/promises";

import type { Message, Model, Part } from "./agent.ts";

/** @param delay How many milliseconds lie between two tokens. */
export function scriptedModel(delay: number): Model {
  return async function* (messages, signal) {
    for (const part of parts(messages)) {
      await pause(delay, undefined, { signal });
      yield part;
    }
  };
}

function* parts(messages: readonly Message[]): Generator<Part> {
  const city = /\b(?:to|in) (\p{Lu}\p{L}+)/u.exec(messages[0]!.text)?.[1] ?? "Rome";
  const results = messages.filter(({ role }) => role === "tool").map(({ text }) => text);
  const script: [text: string, tool: string, input: string][] = [
    [`${city} it is. Let me look at the weather first.`, "weather", city],
    ["That looks good. How do you get there?", "trains", city],
    ["You would wake up there tomorrow.", "book", `night train to ${city} for 89 €`],
  ];
  const [text, name, input] = script[results.length] ?? [ending(results.at(-1)!, city)];
  for (const token of text.split(/(?<= )/)) yield { kind: "token", text: token };
  if (name !== undefined) yield { kind: "call", name, input: input! };
}

function ending(result: string, city: string): string {
  if (result.startsWith("booked")) return `Your seat is reserved. Enjoy ${city}!`;
  if (result === "no answer") return "You seem to be away, so I have booked nothing.";
  return "All right, I have booked nothing. Ask me again whenever you like.";
}
