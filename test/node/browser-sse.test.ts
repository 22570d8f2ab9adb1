/** A real browser reads server-sent events of a channel, and stops the producer by going elsewhere. */

import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";

import { startTicker } from "./ecosystem/ticker.ts";

test("a page that is closed stops the producer of its events", { timeout: 60_000 }, async () => {
  const ticker = await startTicker(3);
  onTestFinished(() => ticker.close());
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  onTestFinished(() => browser.close());

  const page = await browser.newPage();
  await page.goto(ticker.url);
  await page.locator("li").nth(2).waitFor();
  expect(await page.locator("li").allTextContents()).toEqual([
    `{"tick":1}`,
    `{"tick":2}`,
    `{"tick":3}`,
  ]);
  expect(ticker.running).toBe(1);

  await page.close();
  await ticker.stopped;
  expect(ticker.running).toBe(0);
  expect(ticker.sent).toBe(3);
});
