/** People talk with the agent of apps/agent-chat, each in a tab of a real browser. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import type { Model } from "../../apps/agent-chat/agent.ts";
import { scriptedModel } from "../../apps/agent-chat/scripted-model.ts";
import { startServer } from "../../apps/agent-chat/server.ts";
import { settled } from "../support/settled.ts";
import { useSource } from "./source-in-pages.ts";

/** Less than a session's grace, so that nothing passes because that was waited for. */
const timeout = 25_000;

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}, 60_000);
afterAll(() => browser.close());

/** A server whose models are counted while they talk, and what they say. */
async function open(patience?: number) {
  const models = { running: 0, said: 0, speaks: () => {}, stopped: () => {} };
  const scripted = scriptedModel(1);
  const model: Model = async function* (messages, signal) {
    models.running++;
    try {
      for await (const part of scripted(messages, signal)) {
        models.said++;
        models.speaks();
        yield part;
      }
      if (messages[0]?.text === "talk for ever")
        await new Promise(
          (_, fail) => void signal.addEventListener("abort", () => fail(signal.reason)),
        );
    } finally {
      models.running--;
      models.stopped();
    }
  };
  const server = await startServer(model, { ...(patience !== undefined && { patience }) });
  onTestFinished(() => server.close(0));
  return { server, models };
}

async function openTab(url: string): Promise<Page> {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await useSource(page);
  await page.goto(url);
  return page;
}

type Way = "WebSocket" | "event stream";

async function start(page: Page, way: Way, task: string) {
  await page.getByLabel("Task").fill(task);
  await page.getByLabel("Way").selectOption(way);
  await page.getByRole("button", { name: "Start" }).click();
  return page.locator("article", { hasText: task });
}

const booked = (city: string) => [
  `A trip to ${city}`,
  `${city} it is. Let me look at the weather first.`,
  `✓ weather sunny in ${city}, 24 °C`,
  "That looks good. How do you get there?",
  `✓ trains night train to ${city}, 20:15, 89 €`,
  "You would wake up there tomorrow.",
  `Shall I book the night train to ${city} for 89 €?`,
  "Yes",
  `✓ book booked: night train to ${city} for 89 €`,
  `Your seat is reserved. Enjoy ${city}!`,
];

describe.each<Way>(["WebSocket", "event stream"])("a person (%s)", { timeout }, (way) => {
  test("is asked, answers, and hears how it goes on; several conversations at once", async () => {
    const { server } = await open();
    const page = await openTab(server.url);
    const oslo = await start(page, way, "A trip to Oslo");
    const bern = await start(page, way, "A trip to Bern");
    await bern.getByRole("button", { name: "No" }).click();
    await oslo.getByText("Shall I book the night train to Oslo for 89 €?").waitFor();
    await oslo.getByRole("button", { name: "Yes" }).click();
    await oslo.getByText("Your seat is reserved. Enjoy Oslo!").waitFor();
    await bern.getByText("All right, I have booked nothing.").waitFor();
    for (const one of [oslo, bern]) await one.locator(".state", { hasText: "done" }).waitFor();
    expect(await oslo.locator(".steps > *").allInnerTexts()).toEqual(booked("Oslo"));
    expect(server.talks.size).toBe(0);
  });

  test("who does not answer is told that nothing was booked", async () => {
    const { server } = await open(20);
    const page = await openTab(server.url);
    const oslo = await start(page, way, "A trip to Oslo");
    await oslo.getByText("You seem to be away, so I have booked nothing.").waitFor();
    expect(await oslo.getByRole("button", { name: "Yes" }).count()).toBe(0);
  });

  test.each(["closes the tab", "leaves the conversation"])(
    "who %s stops the agent, though it has nothing to say",
    async (how) => {
      const { server, models } = await open();
      const stopped = new Promise<void>((resolve) => (models.stopped = resolve));
      const page = await openTab(server.url);
      const article = await start(page, way, "talk for ever");
      await article.getByText("weather first.").waitFor();
      expect(models.running).toBe(1);
      if (how === "closes the tab") await page.close();
      else await article.getByRole("button", { name: "Leave" }).click();
      await stopped;
      await settled();
      expect(models.running).toBe(0);
      expect(server.talks.size).toBe(0);
    },
  );

  test("is told when the server shuts down, and the browser does not come back", async () => {
    const { server } = await open();
    const page = await openTab(server.url);
    const article = await start(page, way, "talk for ever");
    await article.getByText("weather first.").waitFor();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("websocket", (socket) => requests.push(socket.url()));
    await server.close(300);
    await article.getByText("The server is shutting down.").waitFor();
    expect(requests).toEqual([]);
  });
});

describe("a person (WebSocket)", { timeout }, () => {
  /** The same server at another address, to which connections are cut, and refused while `down`. */
  async function cuttable(url: string) {
    const open = new Set<Socket>();
    const connection = {
      url: "",
      down: false,
      cut: () => open.forEach((socket) => socket.destroy()),
    };
    const listener = createServer((tab) => {
      if (connection.down) {
        tab.destroy();
        return;
      }
      const server = connect(Number(new URL(url).port), "127.0.0.1");
      open.add(tab);
      tab.on("error", () => {}).on("close", () => server.destroy());
      server.on("error", () => {}).on("close", () => tab.destroy());
      tab.pipe(server).pipe(tab);
    });
    await once(listener.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void listener.close());
    connection.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    return connection;
  }

  test("goes on where it was when it is cut: at work, and under a question", async () => {
    const { server, models } = await open();
    const connection = await cuttable(server.url);
    const page = await openTab(connection.url);
    let webSockets = 0;
    page.on("websocket", () => webSockets++);
    models.speaks = () => {
      if ([5, 14].includes(models.said)) connection.cut();
    };
    const oslo = await start(page, "WebSocket", "A trip to Oslo");
    const yes = oslo.getByRole("button", { name: "Yes" });
    await yes.waitFor();
    expect(webSockets).toBe(3);
    connection.down = true;
    connection.cut();
    const notice = page.getByText("The connection is lost.");
    await notice.waitFor();
    await yes.click();
    connection.down = false;
    await oslo.locator(".state", { hasText: "done" }).waitFor();
    expect(await notice.isVisible()).toBe(false);
    expect(await oslo.locator(".steps > *").allInnerTexts()).toEqual(booked("Oslo"));
  });

  test("is told when the server is gone, and talks with the next one at its address", async () => {
    const { server } = await open();
    const page = await openTab(server.url);
    const oslo = await start(page, "WebSocket", "A trip to Oslo");
    await oslo.getByRole("button", { name: "Yes" }).waitFor();
    await server.close(0);
    await oslo.locator(".state", { hasText: "closed" }).waitFor();
    expect(await oslo.getByRole("button", { name: "Yes" }).count()).toBe(0);
    const next = await startServer(scriptedModel(1), { port: Number(new URL(server.url).port) });
    onTestFinished(() => next.close(0));
    const bern = await start(page, "WebSocket", "A trip to Bern");
    await bern.getByRole("button", { name: "Yes" }).click();
    await bern.locator(".state", { hasText: "done" }).waitFor();
    expect(await bern.locator(".steps > *").allInnerTexts()).toEqual(booked("Bern"));
  });
});
