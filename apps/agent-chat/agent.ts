// The agent: a body at the server end of a channel. It knows the person at the other end, and no transport.
import type { Server } from "coroutine-channels";

import { tools } from "./tools.ts";

/** What the agent says. A question is sent, and brings the answer back; all else is put, and waits for none. */
export type Step =
  | { kind: "token"; text: string }
  | { kind: "tool"; name: string; result: string }
  | { kind: "question"; text: string; choices: string[]; patience: number }
  | { kind: "done" }
  | { kind: "failed"; text: string };

/** What the person says to a question; `undefined` is no answer. */
export type Answer = string | undefined;
/** The server end, as far as the agent uses it. */
export type Person = Pick<Server<Step, Answer>, "put" | "send" | "signal">;

/** What a model gives, part by part: text, or a tool that it wants to be called. */
export type Part = { kind: "token"; text: string } | { kind: "call"; name: string; input: string };
export type Message = { role: "person" | "agent" | "tool"; text: string };

/** A language model: the one function to write for a real one. */
export type Model = (messages: readonly Message[], signal: AbortSignal) => AsyncIterable<Part>;

/** A question waits for `patience` milliseconds. `closing` aborts when the server waits no longer. */
export type Setting = { model: Model; patience: number; closing: AbortSignal };

/** Talks until the model calls no more tools. */
export async function agent(task: string, person: Person, setting: Setting): Promise<void> {
  const { model, closing } = setting;
  const signal = AbortSignal.any([person.signal, closing]);
  const messages: Message[] = [{ role: "person", text: task }];
  try {
    for (;;) {
      let text = "";
      let called: Extract<Part, { kind: "call" }> | undefined;
      for await (const part of model(messages, signal)) {
        if (part.kind === "token") {
          text += part.text;
          await person.put(part);
        } else called = part;
      }
      messages.push({ role: "agent", text });
      if (called === undefined) break;
      messages.push({ role: "tool", text: await use(called.name, called.input, person, setting) });
      signal.throwIfAborted();
    }
    await person.put({ kind: "done" });
  } catch (error) {
    if (person.signal.aborted) throw error; // the person has left: there is nobody to tell
    await person.put({ kind: "failed", text: (closing.aborted ? closing.reason : error).message });
  }
}

/** Uses a tool, if the person allows it. */
async function use(name: string, input: string, person: Person, setting: Setting) {
  const tool = tools[name];
  if (tool === undefined) return `there is no tool named ${name}`;
  if (tool.question !== undefined) {
    const answer = await ask(tool.question(input), person, setting);
    if (answer !== "Yes") return answer === undefined ? "no answer" : `refused: ${answer}`;
  }
  const result = await tool.run(input);
  await person.put({ kind: "tool", name, result });
  return result;
}

/** Asks with patience: an answer that comes too late is dropped by the channel. */
async function ask(text: string, person: Person, { patience, closing }: Setting): Promise<Answer> {
  const late = AbortSignal.timeout(patience);
  const question: Step = { kind: "question", text, choices: ["Yes", "No"], patience };
  return person.send(question, { signal: AbortSignal.any([late, closing]) }).catch((error) => {
    if (!late.aborted) throw error;
    return undefined;
  });
}
