/** An example of examples/far whose other end is in a browser. */
import { once } from "node:events";

import { chromium } from "playwright-core";
import { onTestFinished, test } from "vitest";

import { start } from "./program.ts";
import { useSource } from "./source-in-pages.ts";

test("browser.ts: a quiz goes on through a cut", async () => {
  const server = start("examples/far/browser.ts");
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  onTestFinished(async () => {
    await browser.close();
    const exited = once(server, "exit");
    server.kill();
    await exited;
  });
  const [said] = (await once(server.stdout, "data")) as [Buffer];
  const page = await browser.newPage();
  await useSource(page);
  await page.goto(/http:\S+/.exec(said.toString())![0]);
  const answer = async (question: string, text: string): Promise<void> => {
    await page.getByText(question).waitFor();
    await page.fill("#answer", text);
    await page.click("form button");
  };
  await answer("Ann, what is 3 times 4?", "12");
  await page.getByText("Ann, what is 6 times 7?").waitFor();
  await page.click("#cut");
  await page.getByText("2 connections so far").waitFor();
  await answer("Ann, what is 6 times 7?", "41");
  await answer("Ann, what is 8 times 9?", "72");
  await page.getByText("2 of 3 are right").waitFor();
});
