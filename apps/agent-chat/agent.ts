// The agent: a body at the server end of a channel. It knows the person at the other end, and no transport.
import type { Server } from "coroutine-channels";

import { tools } from "./tools.ts";

/** What the agent says. A question is sent, and brings the answer back; all else is put, and waits for none. */
export type Step =
  | { readonly kind: "token"; readonly text: string }
  | { readonly kind: "tool"; readonly name: string; readonly result: string }
  | { readonly kind: "question"; readonly text: string; readonly choices: readonly string[] }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly text: string };

/** What the person says to a question; `undefined` is no answer in time. */
export type Answer = string | undefined;
export type Person = Server<Step, Answer>;

/** What a model gives, part by part: text, or a tool that it wants to be called. */
export type Part =
  | { readonly kind: "token"; readonly text: string }
  | { readonly kind: "call"; readonly name: string; readonly input: string };
export type Message = { readonly role: "person" | "agent" | "tool"; readonly text: string };

/** A language model: the one function to write for a real one. */
export type Model = (messages: readonly Message[], signal: AbortSignal) => AsyncIterable<Part>;

/** Talks until the model calls no more tools. `closing` aborts when the server is about to stop. */
export async function agent(task: string, person: Person, model: Model, closing: AbortSignal) {
  const signal = AbortSignal.any([person.signal, closing]);
  const messages: Message[] = [{ role: "person", text: task }];
  try {
    while (await turn(messages, person, model, signal)) signal.throwIfAborted();
    await person.put({ kind: "done" });
  } catch (error) {
    if (person.signal.aborted) throw error; // the person has left: there is nobody to tell
    await person.put({ kind: "failed", text: (closing.aborted ? closing.reason : error).message });
  }
}

/** Returns whether the model has called a tool, and so is to hear what came of it. */
async function turn(messages: Message[], person: Person, model: Model, signal: AbortSignal) {
  let text = "";
  let called: Extract<Part, { kind: "call" }> | undefined;
  for await (const part of model(messages, signal)) {
    if (part.kind === "token") {
      text += part.text;
      await person.put(part);
    } else called = part;
  }
  messages.push({ role: "agent", text });
  if (called === undefined) return false;
  messages.push({ role: "tool", text: await use(called.name, called.input, person) });
  return true;
}

/** Uses a tool, if the person allows it. */
async function use(name: string, input: string, person: Person): Promise<string> {
  const tool = tools[name];
  if (tool === undefined) return `there is no tool named ${name}`;
  if (tool.question !== undefined) {
    const text = tool.question(input);
    const answer = await person.send({ kind: "question", text, choices: ["Yes", "No"] });
    if (answer !== "Yes") return answer === undefined ? "no answer" : `refused: ${answer}`;
  }
  const result = await tool.run(input);
  await person.put({ kind: "tool", name, result });
  return result;
}
