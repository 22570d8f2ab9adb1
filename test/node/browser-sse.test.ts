/** A real browser reads server-sent events of a channel, and stops the producer by going elsewhere. */

import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";

import { startTicker, texts } from "./ecosystem/ticker.ts";

async function openTicker() {
  const ticker = await startTicker(3);
  onTestFinished(() => ticker.close());
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(ticker.url);
  return { ticker, page };
}

test("a page that is closed stops the producer of its events", { timeout: 60_000 }, async () => {
  const { ticker, page } = await openTicker();
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

test(
  "an EventSource gets every text whole, over lost connections",
  { timeout: 60_000 },
  async () => {
    const { page } = await openTicker();
    const received = await page.evaluate(
      (count) =>
        new Promise<unknown[]>((resolve) => {
          const events: unknown[] = [];
          const source = new EventSource("/texts");
          const take = ({ type, data, lastEventId }: MessageEvent<string>): void => {
            events.push([lastEventId, type, data]);
            if (events.length < count) return;
            source.close();
            resolve(events);
          };
          source.addEventListener("message", take);
          source.addEventListener("odd", take);
        }),
      texts.length,
    );
    expect(received).toEqual(
      texts.map((text, id) => [
        String(id),
        id % 2 === 0 ? "message" : "odd",
        text.replace(/\r\n?/g, "\n"),
      ]),
    );
  },
);
