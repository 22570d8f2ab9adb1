// An agent that reports each step and asks a person questions, and stops where the person leaves it.
import { produce, type Server } from "coroutine-channels";

type Step =
  | { kind: "note"; text: string }
  | { kind: "question"; text: string }
  | { kind: "result"; text: string };
type Person = Server<Step, string | undefined>; // steps go down, answers come up

// The agent. `send` waits until the person has seen a step; for a question it brings the answer back.
async function agent(task: string, person: Person) {
  try {
    await person.send({ kind: "note", text: `Planning: ${task}` });
    const city = await ask(person, "Which city?");
    const days = await ask(person, `How many days in ${city}?`);
    await person.send({ kind: "result", text: `${days} days in ${city}, booked` });
  } finally {
    console.log("(agent stopped)"); // reached on every way out: free what the agent holds here
  }
}

const ask = async (person: Person, text: string) =>
  (await person.send({ kind: "question", text })) ?? "";

// The person. Any user interface fits here: show a step; where it is a question, send the answer.
async function talk(task: string, script: Record<string, string>) {
  await using steps = produce<Step, string | undefined>((person) => agent(task, person));
  let { value: step } = await steps.next();
  while (step) {
    console.log(`${step.kind}: ${step.text}`);
    const answer = script[step.text];
    if (step.kind === "question" && !answer) return; // leaving the block stops the agent where it waits
    ({ value: step } = await steps.next(answer));
  }
}

await talk("a holiday", { "Which city?": "Rome", "How many days in Rome?": "3" });
await talk("a trip", { "Which city?": "Oslo" }); // does not say for how long, and goes

// Prints:
// note: Planning: a holiday
// question: Which city?
// question: How many days in Rome?
// result: 3 days in Rome, booked
// (agent stopped)
// note: Planning: a trip
// question: Which city?
// question: How many days in Oslo?
// (agent stopped)
