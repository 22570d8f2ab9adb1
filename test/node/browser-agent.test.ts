/** People talk with the agent of apps/agent-chat, each in a tab of a real browser. */

import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import type { Model } from "../../apps/agent-chat/agent.ts";
import { scriptedModel } from "../../apps/agent-chat/scripted-model.ts";
import { startServer } from "../../apps/agent-chat/server.ts";
import { settled } from "../support/settled.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}, 60_000);
afterAll(() => browser.close());

/** A server whose models are counted while they talk. */
async function open(patience?: number) {
  const models = { running: 0, stopped: () => {} };
  const scripted = scriptedModel(1);
  const model: Model = async function* (messages, signal) {
    models.running++;
    try {
      yield* scripted(messages, signal);
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

async function openTab(
  url: string,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<Page> {
  const page = await browser.newPage(options);
  onTestFinished(() => page.close());
  await page.goto(url);
  return page;
}

async function start(page: Page, task: string) {
  await page.getByLabel("Task").fill(task);
  await page.getByRole("button", { name: "Start" }).click();
  return page.locator("article", { hasText: task });
}

describe("a person", { timeout: 60_000 }, () => {
  test("is asked, answers, and hears how it goes on; several conversations at once", async () => {
    const { server } = await open();
    const page = await openTab(server.url);
    const oslo = await start(page, "A trip to Oslo");
    const bern = await start(page, "A trip to Bern");
    await bern.getByRole("button", { name: "No" }).click();
    await oslo.getByText("Shall I book the night train to Oslo for 89 €?").waitFor();
    await oslo.getByRole("button", { name: "Yes" }).click();
    await oslo.getByText("Your seat is reserved. Enjoy Oslo!").waitFor();
    await bern.getByText("All right, I have booked nothing.").waitFor();
    for (const one of [oslo, bern]) await one.locator(".state", { hasText: "done" }).waitFor();
    expect(await oslo.locator(".steps > *").allInnerTexts()).toEqual([
      "A trip to Oslo",
      "Oslo it is. Let me look at the weather first.",
      "✓ weather sunny in Oslo, 24 °C",
      "That looks good. How do you get there?",
      "✓ trains night train to Oslo, 20:15, 89 €",
      "You would wake up there tomorrow.",
      "Shall I book the night train to Oslo for 89 €?",
      "Yes",
      "✓ book booked: night train to Oslo for 89 €",
      "Your seat is reserved. Enjoy Oslo!",
    ]);
    expect(server.conversations.size).toBe(0);
  });

  test("who does not answer is told that nothing was booked", async () => {
    const { server } = await open(20);
    const page = await openTab(server.url);
    const oslo = await start(page, "A trip to Oslo");
    await oslo.getByText("You seem to be away, so I have booked nothing.").waitFor();
    expect(await oslo.getByRole("button", { name: "Yes" }).count()).toBe(0);
  });

  test.each(["closes the tab", "leaves the conversation"])(
    "who %s stops the agent, though it has nothing to say",
    async (how) => {
      const { server, models } = await open();
      const stopped = new Promise<void>((resolve) => (models.stopped = resolve));
      const page = await openTab(server.url);
      const article = await start(page, "talk for ever");
      await article.getByText("weather first.").waitFor();
      expect(models.running).toBe(1);
      if (how === "closes the tab") await page.close();
      else await article.getByRole("button", { name: "Leave" }).click();
      await stopped;
      await settled();
      expect(models.running).toBe(0);
      expect(server.conversations.size).toBe(0);
    },
  );

  test("is told when the server shuts down, and the browser does not come back", async () => {
    const { server } = await open();
    const page = await openTab(server.url);
    const oslo = await start(page, "A trip to Oslo");
    await oslo.getByRole("button", { name: "Yes" }).waitFor();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await server.close(300);
    await oslo.getByText("The server is shutting down.").waitFor();
    expect(requests).toEqual([]);
  });
});
