/** The agent of apps/agent-chat over its WebSocket: the same body, the same steps. */
import { once } from "node:events";

import { produce, type Client } from "coroutine-channels";
import { LinkClosed, Session } from "coroutine-channels/link";
import { webSocketLink } from "coroutine-channels/socket";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

import { agent, type Answer, type Model, type Step } from "../../apps/agent-chat/agent.ts";
import type { Services } from "../../apps/agent-chat/over-websocket.ts";
import { scriptedModel } from "../../apps/agent-chat/scripted-model.ts";
import { startServer } from "../../apps/agent-chat/server.ts";

const prompt = scriptedModel(0);
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
    produce<Step, Answer>((person) => agent(task, person, prompt, new AbortController().signal)),
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
