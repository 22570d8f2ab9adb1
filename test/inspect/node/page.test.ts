/** The page in a real browser: it loads nothing, it shows what waits at the mark, and it follows a program. */

import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { type ChannelEvent, live, record, toHTML, toSVG } from "../../../src/inspect.ts";
import { Channel, ChannelClosed } from "../../../src/index.ts";

let browser: Browser;
let folder: string;
/** What the page has complained of, or asked for, beyond itself. */
let complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "page-"));
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}, 60_000);
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
});

async function newPage(own: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 600 } });
  onTestFinished(() => page.close());
  complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
  page.on("request", (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith("data:")) {
      complaints.push(request.url());
    }
  });
  return page;
}

async function open(text: string, name = "page.html"): Promise<Page> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const page = await newPage(`file://${path}`);
  await page.goto(`file://${path}`);
  return page;
}

/** A program with several lanes, overlapping calls, a client that leaves, and calls that are never answered. */
async function story(items: number): Promise<ChannelEvent[]> {
  const recording = record({ limit: 100_000 });
  const words = new Channel<number>({ name: "words" });
  const letters = new Channel<number>({ name: "letters" });
  const forgotten = new Channel<number>({ name: "forgotten" });
  void words.serve(async function speak(server) {
    for (let i = 0; i < items; i++) await server.send(i);
  });
  const spelling = letters.serve(async function spell(server) {
    for await (const word of words.client()) await server.send(word);
  });
  void forgotten.client().next();
  for await (const letter of letters.client()) if (letter === items - 2) break;
  await spelling.catch(ChannelClosed.ignore);
  recording.stop();
  return [...recording.events];
}

/** The calls that wait once these have happened, in call order: a model of the page. */
function waitingAfter(events: readonly ChannelEvent[]): string[] {
  const names = new Map<number, string>();
  const waiting = new Map<number, string>();
  for (const event of events) {
    if (event.type === "channel") names.set(event.channel, event.name);
    else if (event.type === "call")
      waiting.set(event.call, `${names.get(event.channel)}.${event.end}.${event.op}`);
    else if (event.type === "answer") waiting.delete(event.call);
  }
  return [...waiting.values()];
}

async function scrub(page: Page, event: number): Promise<string[]> {
  await page.locator("#mark").evaluate((scrubber: HTMLInputElement, value) => {
    scrubber.valueAsNumber = value;
    scrubber.dispatchEvent(new Event("input"));
  }, event);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  return page.locator("#waits b").allTextContents();
}

describe("the page of a recording", () => {
  test("shows at each event exactly the calls that wait there", async () => {
    const events = await story(6);
    const page = await open(toHTML(events));
    expect(await page.locator("input[type=range]").getAttribute("max")).toBe(
      `${events.length - 1}`,
    );
    const steps = [...events.keys()];
    for (const k of [...steps, ...steps.toReversed()]) {
      expect(await scrub(page, k), `event ${k}`).toEqual(waitingAfter(events.slice(0, k + 1)));
    }
  });

  test("begins at the last event, with the sentences of the report", async () => {
    const page = await open(toHTML(await story(3)));
    const waits = page.locator("#waits li");
    expect(await waits.locator("b").allTextContents()).toEqual(["forgotten.client.next"]);
    expect(await waits.locator("p").allTextContents()).toEqual([
      "for a server. Nobody serves this channel.",
    ]);
  });

  test("steps with the arrow keys", async () => {
    const events = await story(3);
    const page = await open(toHTML(events));
    const where = () => page.locator("#mark").inputValue();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(where).toBe(`${events.length - 2}`);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowRight");
    await expect.poll(where).toBe(`${events.length - 2}`);
  });

  test("zooms, moves, filters, and marks where it is clicked", async () => {
    const events = await story(30);
    const page = await open(toHTML(events));
    const picture = () =>
      page
        .locator("canvas")
        .evaluate(
          (canvas: HTMLCanvasElement) =>
            new Promise<string>((resolve) =>
              requestAnimationFrame(() => resolve(canvas.toDataURL())),
            ),
        );
    const seen = new Set([await picture()]);
    const changes = async () => {
      const before = seen.size;
      return seen.add(await picture()).size > before;
    };
    await page.mouse.move(600, 200);
    await page.mouse.wheel(0, -600);
    await expect.poll(changes).toBe(true);
    await page.mouse.down();
    await page.mouse.move(500, 200, { steps: 3 });
    await page.mouse.up();
    await expect.poll(changes).toBe(true);
    await page.locator("#filter").fill("spell");
    await expect.poll(changes).toBe(true);
    await page.locator("#filter").fill("");
    await page.locator("#only").check();
    await expect.poll(changes).toBe(true);
    await page.mouse.click(500, 150);
    await expect.poll(() => page.locator("#mark").inputValue()).not.toBe(`${events.length - 1}`);
  });

  test("draws 10,000 events, and says how long that takes", async () => {
    const events = (await story(1200)).slice(0, 10_000);
    expect(events.length).toBeGreaterThan(9500);
    const page = await open(toHTML(events));
    const { drawn, milliseconds } = await page.evaluate(async () => {
      const prototype = CanvasRenderingContext2D.prototype;
      let drawn = 0;
      for (const name of ["fillRect", "fillText", "stroke"] as const) {
        const draw = prototype[name] as (...args: unknown[]) => void;
        (prototype[name] as unknown) = function (this: unknown, ...args: unknown[]) {
          drawn++;
          draw.apply(this, args);
        };
      }
      const scrubber = document.querySelector("input[type=range]") as HTMLInputElement;
      const times: number[] = [];
      for (let i = 1; i <= 20; i++) {
        scrubber.valueAsNumber = i * 400;
        scrubber.dispatchEvent(new Event("input"));
        // A callback that is asked for later runs behind the page's own.
        await new Promise<void>((resolve) =>
          requestAnimationFrame((start) => {
            times.push(performance.now() - start);
            resolve();
          }),
        );
      }
      return { drawn: drawn / 20, milliseconds: times.toSorted((a, b) => a - b)[10]! };
    });
    console.info(`10,000 events are redrawn in ${milliseconds.toFixed(1)} ms, by ${drawn} strokes`);
    // What cannot be told apart is drawn once: no more than a few for each pixel of each lane.
    expect(drawn).toBeLessThan(10_000);
  });

  test("names the oldest of many calls that wait, and how many there are", async () => {
    const channel = { channel: 1, t: 0 } as const;
    const calls = Array.from({ length: 1250 }, (_, i): ChannelEvent => ({
      ...channel,
      type: "call",
      end: "client",
      call: i + 1,
      op: "next",
    }));
    const page = await open(toHTML(calls));
    const waits = page.locator("#waits");
    expect(await waits.locator("h3").textContent()).toBe("Waiting: 1,250");
    expect(await waits.locator("li").count()).toBe(1000);
  });

  test("of nothing", async () => {
    const page = await open(toHTML([]));
    expect(await page.locator("#waits").textContent()).toContain("Waiting: 0");
  });

  test("runs nothing that a name says", async () => {
    const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'&`;
    const at = { at: hostile, routine: hostile };
    const events: ChannelEvent[] = [
      { t: 0, channel: 1, type: "channel", name: hostile },
      { t: 1, channel: 1, type: "call", end: "client", call: 1, op: "next", value: hostile, ...at },
    ];
    const page = await open(toHTML(events));
    expect(await page.locator("#waits b").textContent()).toBe(`${hostile}.client.next`);
    expect(await page.locator("img").count()).toBe(0);
  });
});

test("the sequence diagram is well-formed XML, whatever the names", async () => {
  const page = await newPage("about:blank");
  const hostile = `</text><script>alert(1)</script>"'&\u0000\u001b[31m\n\ud800\ufffe`;
  const events: ChannelEvent[] = [
    { t: 0, channel: 1, type: "channel", name: hostile },
    {
      t: 1,
      channel: 1,
      type: "call",
      end: "client",
      call: 1,
      op: hostile,
      at: hostile,
      routine: hostile,
    },
  ];
  for (const drawn of [events, await story(200), []]) {
    const errors = await page.evaluate((svg) => {
      const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
      return [...parsed.querySelectorAll("parsererror, script")].map(
        ({ textContent }) => textContent,
      );
    }, toSVG(drawn));
    expect(errors).toEqual([]);
  }
});

test("the live page follows a program", async () => {
  const { url, close } = await live();
  onTestFinished(close);
  const channel = new Channel<string>({ name: "letters" });
  const page = await newPage(url);
  await page.goto(url);
  const told = page.locator("#waits li");

  const first = channel.client().next();
  const asked = told.filter({ hasText: "letters.client.next" });
  await asked.waitFor();
  expect(await asked.textContent()).toContain("for a server. Nobody serves this channel.");
  const server = await channel.server();
  const sending = server.send("A");
  await first;
  await told.filter({ hasText: "letters.server.send" }).waitFor();
  expect(await page.locator("#about").textContent()).toMatch(/^\d+ of \d+ events/);
  await channel.client().return();
  await sending.catch(ChannelClosed.ignore);
  await expect.poll(() => told.filter({ hasText: "letters." }).count()).toBe(0);
});
