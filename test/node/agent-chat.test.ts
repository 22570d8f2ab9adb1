/** The agent of apps/agent-chat, without a browser: its body over a plain channel, and its server over real connections. */
import { once } from "node:events";
import { createInterface } from "node:readline";

import { ChannelClosed, produce, type Client } from "coroutine-channels";
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
import { deferred } from "../support/deferred.ts";
import { settled, state } from "../support/settled.ts";
import { start } from "./program.ts";

const closing = new AbortController().signal;
const patience = 2 ** 30;
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
      agent("A trip to Oslo", person, { model: prompt, patience, closing }),
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
    const client = produce<Step, Answer>((person) =>
      agent("Anything", person, { model: failing, patience, closing }),
    );
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
    const client = produce<Step, Answer>((person) =>
      agent("Anything", person, { model: quiet, patience, closing }),
    );
    await client.next();
    void client.next();
    await settled();
    await client.return();
    expect(stopped).toBeInstanceOf(Error);
  });
});

describe("a conversation over HTTP", () => {
  function asking() {
    const answers: unknown[] = [];
    const late: AbortController[] = [];
    const conversation = overHttp(async (person) => {
      for (const text of ["One?", "Two?"]) {
        const controller = new AbortController();
        late.push(controller);
        await person.put({ kind: "token", text });
        const question = { kind: "question" as const, text, choices: [], patience };
        const answer = person.send(question, { signal: controller.signal });
        answers.push(await answer.catch((error: unknown) => error));
      }
    });
    return { conversation, steps: conversation.steps, answers, late };
  }

  test("asks for what comes after a question when its answer has come, and takes one answer", async () => {
    const { conversation, steps, answers } = asking();
    expect(conversation.answer(0, "early")).toBe(false);
    await steps.next();
    await steps.next();
    expect(conversation.asked()).toBe(1);
    const next = steps.next();
    await settled();
    expect(await state(next)).toBe("pending");
    expect(conversation.answer(0, "another's")).toBe(false);
    expect(conversation.answer(1, "yes")).toBe(true);
    expect(conversation.answer(1, "a second click")).toBe(false);
    expect(await next).toMatchObject({ value: { text: "Two?" } });
    await steps.next();
    expect(conversation.answer(2, "no")).toBe(true);
    expect(await steps.next()).toMatchObject({ done: true });
    expect(answers).toEqual(["yes", "no"]);
  });

  test("goes on without an answer that does not come in time, and takes no late one", async () => {
    const { conversation, steps, answers, late } = asking();
    await steps.next();
    await steps.next();
    const next = steps.next();
    await settled();
    late[0]!.abort("late");
    expect(await next).toMatchObject({ value: { text: "Two?" } });
    expect(conversation.answer(1, "late")).toBe(false);
    await steps.next();
    expect(conversation.answer(2, "in time")).toBe(true);
    await steps.next();
    expect(answers).toEqual(["late", "in time"]);
  });

  test("is left while a question waits", async () => {
    const { conversation, steps, answers } = asking();
    await steps.next();
    await steps.next();
    const next = steps.next();
    await steps.return();
    expect(await next).toMatchObject({ done: true });
    expect(conversation.answer(1, "late")).toBe(false);
    expect(answers).toEqual([expect.any(ChannelClosed)]);
  });
});

/** Talks as the page does over an event stream; `answer` gets the address for the answer to each question. */
async function overEventStream(
  url: string,
  task: string,
  answer?: (address: string) => Promise<unknown>,
): Promise<Step[]> {
  const address = `${url}/talk/${crypto.randomUUID()}`;
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
  return steps;
}

const post = (address: string, body: string) => fetch(address, { method: "POST", body });

/** A session that talks as the page does over a WebSocket, and all the sockets that it had. */
function overWebSocket(url: string) {
  const sockets: WebSocket[] = [];
  const session = new Session<Services>(() => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/talk`);
    sockets.push(socket);
    return webSocketLink(socket);
  });
  onTestFinished(() => session.close());
  return { session, sockets };
}

/** All that the agent says to one who answers each question. */
async function conversation(
  client: Client<Step, Answer>,
  answer?: () => Answer | Promise<Answer>,
): Promise<Step[]> {
  const steps: Step[] = [];
  let { value: step } = await client.next();
  while (step) {
    steps.push(step);
    ({ value: step } = await client.next(step.kind === "question" ? await answer?.() : undefined));
  }
  return steps;
}

describe("the server", () => {
  async function open(model: Model, patience?: number) {
    const server = await startServer(model, { ...(patience !== undefined && { patience }) });
    onTestFinished(() => server.close(0));
    const talk = async (task: string, answer?: (address: string) => Promise<unknown>) =>
      transcript(await overEventStream(server.url, task, answer));
    return { server, talk };
  }

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
    expect(server.talks.size).toBe(0);
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
    "that can wait no longer lets each agent say so, %s",
    async (when) => {
      const closed: Promise<void>[] = [];
      const close = () => void closed.push(server.close(1));
      const quiet: Model = async function* (_messages, signal) {
        await new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
          close();
        });
        yield { kind: "token", text: "never" };
      };
      const waits = when === "while a question waits";
      const { server, talk } = await open(waits ? prompt : quiet);
      const lines = await talk("A trip to Oslo", async () => close());
      expect(lines.at(-1)).toBe("failed: The server is shutting down.");
      await Promise.all(closed);
      expect(server.talks.size).toBe(0);
      expect(await fetch(server.url).catch(() => "closed")).toBe("closed");
    },
  );

  test("that is interrupted lets those who talk come to an end, and takes nobody else", async () => {
    const server = start("apps/agent-chat/main.ts");
    const exited = once(server, "exit");
    onTestFinished(async () => {
      server.kill("SIGKILL");
      await exited;
    });
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
    const url = /http:\S+/.exec((await lines.next()).value!)![0];
    const { session } = overWebSocket(url);

    const asked = [deferred<void>(), deferred<void>()] as const;
    const stopping = deferred<void>();
    const talks = Promise.all([
      overEventStream(url, "A trip to Oslo", async (address) => {
        asked[0].resolve();
        await stopping.promise;
        await post(address, "Yes");
      }),
      conversation(session.client("talk", "A trip to Oslo"), async () => {
        asked[1].resolve();
        await stopping.promise;
        return "Yes";
      }),
    ]);
    await Promise.all(asked.map(({ promise }) => promise));
    server.kill("SIGINT");
    expect((await lines.next()).value).toBe(
      "Stopping. Conversations that have five seconds to end: 2",
    );
    await expect(session.client("talk", "Another").next()).rejects.toThrow("is closing");
    expect((await fetch(`${url}/talk/another?task=Another`)).status).toBe(204);
    stopping.resolve();
    for (const steps of await talks) {
      expect(transcript(steps).slice(-2)).toEqual(["Your seat is reserved. Enjoy Oslo!", "done"]);
    }
    expect(await exited).toEqual([0, null]);
  });
});

describe("over a WebSocket, the same body", () => {
  const task = "A trip to Oslo";

  async function open(model: Model, patience?: number) {
    const server = await startServer(model, { ...(patience !== undefined && { patience }) });
    onTestFinished(() => server.close(0));
    return { server, ...overWebSocket(server.url) };
  }

  const near = (answer: Answer): Promise<Step[]> =>
    conversation(
      produce<Step, Answer>((person) =>
        agent(task, person, { model: prompt, patience: 120_000, closing }),
      ),
      () => answer,
    );

  test.each([["Yes"], ["No"], [undefined]])("says what it says near: %s", async (answer) => {
    const { session } = await open(prompt);
    expect(await conversation(session.client("talk", task), () => answer)).toEqual(
      await near(answer),
    );
  });

  test("goes on where it was when its connection is cut under a question", async () => {
    const { session, sockets } = await open(prompt);
    const said = await conversation(session.client("talk", task), () => {
      sockets.at(-1)!.terminate();
      return "Yes";
    });
    expect(said).toEqual(await near("Yes"));
    expect(sockets).toHaveLength(2);
  });

  test.each([["Yes"], [undefined]])(
    "a question has the same patience: who answers %s after it is told so",
    async (late) => {
      const givenUp = deferred<void>();
      const model: Model = async function* (messages, signal) {
        if (messages.at(-1)!.text === "no answer") givenUp.resolve();
        yield* prompt(messages, signal);
      };
      const { session } = await open(model, 1);
      const said = await conversation(session.client("talk", task), async () => {
        await givenUp.promise;
        return late;
      });
      expect(transcript(said).at(-2)).toBe("You seem to be away, so I have booked nothing.");
    },
  );

  test("a server that can wait no longer lets the agent say so, and then takes nobody", async () => {
    const started = deferred<void>();
    const { server, session } = await open(async function* (_messages, signal) {
      yield { kind: "token", text: "Hm" };
      started.resolve();
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    });
    const all = conversation(session.client("talk", task));
    await started.promise;
    const closed = server.close(1);
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
