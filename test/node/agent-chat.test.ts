/** The agent of apps/agent-chat, without a browser: its body over a plain channel, and its server over real connections. */
import { once } from "node:events";

import { Channel, produce, type Client } from "coroutine-channels";
import { LinkClosed, Session } from "coroutine-channels/link";
import { webSocketLink } from "coroutine-channels/socket";
import { fromReadableStream } from "coroutine-channels/web";
import { createParser } from "eventsource-parser";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

import { agent, type Answer, type Model, type Step } from "../../apps/agent-chat/agent.ts";
import { overHttp } from "../../apps/agent-chat/over-http.ts";
import type { Services } from "../../apps/agent-chat/over-websocket.ts";
import { scriptedModel } from "../../apps/agent-chat/scripted-model.ts";
import { startServer } from "../../apps/agent-chat/server.ts";
import { settled, state } from "../support/settled.ts";

const never = new AbortController().signal;
const prompt = scriptedModel(0);

/** What was said, shortly. */
function transcript(steps: readonly Step[]): string[] {
  const lines: string[] = [];
  let said = "";
  for (const step of steps) {
    if (step.kind === "token") {
      said += step.text;
      continue;
    }
    if (said !== "") lines.push(said);
    said = "";
    if (step.kind === "tool") lines.push(`[${step.name}] ${step.result}`);
    else lines.push("text" in step ? `${step.kind}: ${step.text}` : step.kind);
  }
  return lines;
}

describe("the agent, over any channel", () => {
  async function talk(answer: Answer): Promise<string[]> {
    const client = produce<Step, Answer>((person) =>
      agent("A trip to Oslo", person, prompt, never),
    );
    const steps: Step[] = [];
    let { value: step } = await client.next();
    while (step) {
      steps.push(step);
      ({ value: step } = await client.next(step.kind === "question" ? answer : undefined));
    }
    return transcript(steps);
  }

  const beginning = [
    "Oslo it is. Let me look at the weather first.",
    "[weather] sunny in Oslo, 24 °C",
    "That looks good. How do you get there?",
    "[trains] night train to Oslo, 20:15, 89 €",
    "You would wake up there tomorrow.",
    "question: Shall I book the night train to Oslo for 89 €?",
  ];

  test.each([
    ["Yes", ["[book] booked: night train to Oslo for 89 €", "Your seat is reserved. Enjoy Oslo!"]],
    ["No", ["All right, I have booked nothing. Ask me again whenever you like."]],
    [undefined, ["You seem to be away, so I have booked nothing."]],
  ])("asks, and goes on as it is answered: %s", async (answer, ending) => {
    expect(await talk(answer)).toEqual([...beginning, ...ending, "done"]);
  });

  test("tells of a model that fails, as a step", async () => {
    const failing: Model = async function* () {
      yield { kind: "token", text: "Hm" };
      throw new Error("The model is overloaded");
    };
    const client = produce<Step, Answer>((person) => agent("Anything", person, failing, never));
    const steps: Step[] = [];
    for await (const step of client) steps.push(step);
    expect(transcript(steps)).toEqual(["Hm", "failed: The model is overloaded"]);
  });

  test("stops its model where the person leaves", async () => {
    let stopped: unknown;
    const quiet: Model = async function* (_messages, signal) {
      yield { kind: "token", text: "Hm" };
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject((stopped = signal.reason)));
      });
    };
    const client = produce<Step, Answer>((person) => agent("Anything", person, quiet, never));
    await client.next();
    void client.next();
    await settled();
    await client.return();
    expect(stopped).toBeInstanceOf(Error);
  });
});

describe("a conversation over HTTP", () => {
  function asking() {
    const channel = new Channel<Step, Answer>();
    const answers: unknown[] = [];
    void channel.serve(async (person) => {
      for (const text of ["One?", "Two?"]) {
        await person.put({ kind: "token", text });
        answers.push(await person.send({ kind: "question", text, choices: [] }));
      }
    });
    const patience: AbortController[] = [];
    const conversation = overHttp(channel.client(), () => {
      const controller = new AbortController();
      patience.push(controller);
      return controller.signal;
    });
    return { conversation, answers, patience, channel };
  }

  test("asks for what comes after a question when its answer has come, and takes one answer", async () => {
    const { conversation, answers } = asking();
    expect(conversation.answer(0, "early")).toBe(false);
    await conversation.next();
    await conversation.next();
    expect(conversation.count).toBe(2);
    const next = conversation.next();
    await settled();
    expect(await state(next)).toBe("pending");
    expect(conversation.answer(1, "another's")).toBe(false);
    expect(conversation.answer(2, "yes")).toBe(true);
    expect(conversation.answer(2, "a second click")).toBe(false);
    expect(await next).toMatchObject({ value: { text: "Two?" } });
    await conversation.next();
    expect(conversation.answer(4, "no")).toBe(true);
    expect(await conversation.next()).toMatchObject({ done: true });
    expect(answers).toEqual(["yes", "no"]);
  });

  test("goes on without an answer that does not come in time, and takes no late one", async () => {
    const { conversation, answers, patience } = asking();
    await conversation.next();
    await conversation.next();
    const next = conversation.next();
    await settled();
    patience[0]!.abort();
    expect(await next).toMatchObject({ value: { text: "Two?" } });
    expect(conversation.answer(2, "late")).toBe(false);
    await conversation.next();
    expect(conversation.answer(4, "in time")).toBe(true);
    await conversation.next();
    expect(answers).toEqual([undefined, "in time"]);
  });

  test("is left while a question waits", async () => {
    const { conversation, channel, answers } = asking();
    await conversation.next();
    await conversation.next();
    const next = conversation.next();
    await conversation.return!();
    expect(await next).toMatchObject({ done: true });
    expect(conversation.answer(2, "late")).toBe(false);
    expect(channel.closed).toBe(true);
    expect(answers).toEqual([]);
  });
});

describe("the server", () => {
  async function open(model: Model, patience?: number) {
    const server = await startServer(model, { ...(patience !== undefined && { patience }) });
    onTestFinished(() => server.close(0));
    /** Talks as the page does; `answer` gets each question and its number. */
    const talk = async (task: string, answer?: (number: string) => Promise<unknown>) => {
      const name = crypto.randomUUID();
      const address = `${server.url}/talk/${name}`;
      const { body } = await fetch(`${address}?task=${encodeURIComponent(task)}`);
      const steps: Step[] = [];
      const parser = createParser({
        onEvent({ id, data }) {
          const step = JSON.parse(data) as Step;
          steps.push(step);
          if (step.kind === "question") void answer?.(`${address}/${id}`);
        },
      });
      const text = new TextDecoder();
      for await (const part of fromReadableStream(body!)) {
        parser.feed(text.decode(part, { stream: true }));
      }
      return transcript(steps);
    };
    return { server, talk };
  }

  const post = (address: string, body: string) => fetch(address, { method: "POST", body });

  test("holds several conversations at once, each with its own answers", async () => {
    const { server, talk } = await open(prompt);
    const all = await Promise.all(
      ["Yes", "No", "Yes"].map((answer, i) =>
        talk(`A trip to ${["Oslo", "Bern", "Rome"][i]}`, async (address) => {
          expect((await post(address, answer)).status).toBe(204);
          expect((await post(address, answer)).status).toBe(410);
        }),
      ),
    );
    expect(all.map((lines) => lines.at(-2))).toEqual([
      "Your seat is reserved. Enjoy Oslo!",
      "All right, I have booked nothing. Ask me again whenever you like.",
      "Your seat is reserved. Enjoy Rome!",
    ]);
    expect(server.conversations.size).toBe(0);
  });

  test("goes on where an answer does not come", async () => {
    const { talk } = await open(prompt, 1);
    expect((await talk("A trip to Oslo")).at(-2)).toContain("You seem to be away");
  });

  test("tells a browser that connects again that it is over", async () => {
    const { server } = await open(prompt);
    const again = await fetch(`${server.url}/talk/x`, { headers: { "last-event-id": "3" } });
    expect(again.status).toBe(204);
    expect((await post(`${server.url}/talk/x/1`, "Yes")).status).toBe(410);
  });

  test.each(["while a question waits", "while the model is quiet"])(
    "that shuts down lets each agent say so, %s",
    async (when) => {
      const quiet: Model = async function* (_messages, signal) {
        await new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
          void settled().then(() => server.close(500));
        });
        yield { kind: "token", text: "never" };
      };
      const waits = when === "while a question waits";
      const { server, talk } = await open(waits ? prompt : quiet);
      const lines = await talk("A trip to Oslo", async () => server.close(500));
      expect(lines.at(-1)).toBe("failed: The server is shutting down.");
      expect(server.conversations.size).toBe(0);
      expect(await fetch(server.url).catch(() => "closed")).toBe("closed");
    },
  );
});

describe("over a WebSocket, the same body", () => {
  const task = "A trip to Oslo";

  /** All that the agent says; each question is answered. */
  async function steps(client: Client<Step, Answer>, answer?: () => Answer): Promise<Step[]> {
    const all: Step[] = [];
    let { value: step } = await client.next();
    while (step) {
      all.push(step);
      ({ value: step } = await client.next(step.kind === "question" ? answer?.() : undefined));
    }
    return all;
  }

  async function open(model: Model) {
    const server = await startServer(model);
    const sockets: WebSocket[] = [];
    const session = new Session<Services>(() => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/talk`);
      sockets.push(socket);
      return webSocketLink(socket);
    });
    onTestFinished(async () => {
      await session.close();
      await server.close(0);
    });
    return { server, session, sockets };
  }

  const near = (answer: Answer): Promise<Step[]> =>
    steps(
      produce<Step, Answer>((person) => agent(task, person, prompt, never)),
      () => answer,
    );

  test.each([["Yes"], ["No"], [undefined]])("says what it says near: %s", async (answer) => {
    const { session } = await open(prompt);
    expect(await steps(session.client("talk", task), () => answer)).toEqual(await near(answer));
  });

  test("goes on where it was when its connection is cut under a question", async () => {
    const { session, sockets } = await open(prompt);
    const said = await steps(session.client("talk", task), () => {
      sockets.at(-1)!.terminate();
      return "Yes";
    });
    expect(said).toEqual(await near("Yes"));
    expect(sockets).toHaveLength(2);
  });

  test("a server that shuts down lets the agent say so, and then takes nobody", async () => {
    let started!: () => void;
    const talking = new Promise<void>((resolve) => (started = resolve));
    const { server, session } = await open(async function* (_messages, signal) {
      yield { kind: "token", text: "Hm" };
      started();
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    });
    const all = steps(session.client("talk", task));
    await talking;
    const closed = server.close(60_000);
    expect(await all).toEqual([
      { kind: "token", text: "Hm" },
      { kind: "failed", text: "The server is shutting down." },
    ]);
    await closed;
    await expect(session.client("talk", task).next()).rejects.toThrow(LinkClosed);
  });

  test("a conversation that does not end is cut off", async () => {
    const { server, session } = await open(prompt);
    const client = session.client("talk", task);
    let step: Step;
    do step = await client.receive();
    while (step.kind !== "question");
    await server.close(1);
    await expect(client.next("Yes")).rejects.toThrow(LinkClosed);
  });

  test("pages of other servers are refused", async () => {
    const { server } = await open(prompt);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/talk`, {
      origin: "http://elsewhere.example",
    });
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toContain("403");
  });
});
