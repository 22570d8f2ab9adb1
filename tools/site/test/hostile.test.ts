/** A program that means harm does none: not to the page, not to its origin, not to the network. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { useSite } from "./browser.ts";
import { printedLines, run, status } from "./playground.ts";

describe("a hostile program", () => {
  const site = useSite();

  test("that loops for ever freezes nothing, and can be stopped", async () => {
    const { page, complaints, close } = await site.visit("playground.html");
    await status(page, "ended");
    await run(page, `console.log("before"); for (;;);`);
    await status(page, "busy");
    assert.deepEqual(await printedLines(page), ["before"]);

    const start = performance.now();
    await page.locator(".cm-content").click();
    await page.keyboard.insertText("still editable");
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.ok(performance.now() - start < 2000, "the page answers");

    await page.getByRole("button", { name: "Stop" }).click();
    await status(page, "stopped");
    assert.equal(await page.locator("iframe").count(), 0);
    await run(page, `console.log("the next one runs");`);
    await status(page, "ended");
    assert.deepEqual(await printedLines(page), ["the next one runs"]);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("that prints for ever fills no memory and freezes nothing", async () => {
    const { page, close } = await site.visit("playground.html");
    await status(page, "ended");
    await run(page, `for (let i = 0; ; i++) console.log(i, "x".repeat(i));`);
    await status(page, "busy");
    const lines = await printedLines(page);
    assert.match(lines.at(-1)!, /left out/);
    assert.ok(lines.join("").length < 250_000);
    await page.getByRole("button", { name: "Stop" }).click();
    await status(page, "stopped");
    await close();
  });

  test("that replaces the language's own methods fills no memory either", async () => {
    const { page, close } = await site.visit("playground.html");
    await status(page, "ended");
    await run(
      page,
      `String.prototype.slice = Array.prototype.join = () => "x".repeat(150_000);
for (let i = 0; i < 100; i++) console.log(i);
`,
    );
    await page.locator(".console").getByText("left out").waitFor();
    assert.ok((await printedLines(page)).join("").length < 250_000);
    await close();
  });

  test("reaches no page, no storage and no way to speak to them", async () => {
    const { page, close } = await site.visit("playground.html");
    await status(page, "ended");
    await page.evaluate(() => localStorage.setItem("secret", "42"));
    const attempts = [
      "typeof parent",
      "typeof top",
      "typeof document",
      "typeof localStorage",
      "typeof postMessage",
      "typeof DedicatedWorkerGlobalScope.prototype.postMessage",
      "self.origin",
      "await new Promise((resolve) => { const request = indexedDB.open('x'); request.onsuccess = () => resolve('opened'); request.onerror = () => resolve('refused'); })",
      "(await caches.keys()).length",
      "await navigator.storage.getDirectory()",
    ];
    await run(page, attempts.map(attempt).join("\n"));
    await status(page, "ended");
    assert.deepEqual(await printedLines(page), [
      "undefined",
      "undefined",
      "undefined",
      "undefined",
      "undefined",
      "undefined",
      "null",
      "refused: SecurityError",
      "refused: ReferenceError",
      "refused: TypeError",
    ]);
    assert.equal(await page.evaluate(() => localStorage.getItem("secret")), "42");
    await close();
  });

  test("sends nothing to the network", async () => {
    const { page, close } = await site.visit("playground.html");
    await status(page, "ended");
    const target = `${new URL(page.url()).origin}/stolen`;
    const before = site.requests.length;
    const attempts = [
      `await fetch("${target}")`,
      `await fetch("${target}", { mode: "no-cors" })`,
      `await new Promise((resolve) => { const request = new XMLHttpRequest(); request.onload = () => resolve("loaded"); request.onerror = () => resolve("failed"); request.open("GET", "${target}"); request.send(); })`,
      `await import(String("${target}.js"))`,
      `importScripts("${target}.js")`,
      `await new Promise((resolve) => { const socket = new WebSocket("${target.replace("http", "ws")}"); socket.onopen = () => resolve("opened"); socket.onerror = () => resolve("failed"); })`,
      `await new Promise((resolve) => { const source = new EventSource("${target}"); source.onopen = () => resolve("opened"); source.onerror = () => resolve("failed"); })`,
      `await new Promise((resolve) => { const worker = new Worker(URL.createObjectURL(new Blob(["fetch('${target}').then(() => postMessage('fetched'), () => postMessage('failed'))"]))); worker.onmessage = ({ data }) => resolve(data); worker.onerror = () => resolve("failed"); })`,
    ];
    await run(page, attempts.map(attempt).join("\n"));
    await status(page, "ended");
    const lines = await printedLines(page);
    assert.equal(lines.length, attempts.length);
    for (const line of lines) assert.match(line, /^(?:refused|failed)/);
    assert.deepEqual(site.requests.slice(before), []);
    await close();
  });

  test("prints markup as text", async () => {
    const { page, complaints, close } = await site.visit("playground.html");
    await status(page, "ended");
    const markup = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
    await run(page, `console.log(${JSON.stringify(markup)});`);
    await status(page, "ended");
    assert.deepEqual(await printedLines(page), [markup]);
    assert.equal(await page.locator(".console img, .console script").count(), 0);
    assert.notEqual(await page.title(), "taken");
    assert.deepEqual(complaints, []);
    await close();
  });
});

function attempt(expression: string): string {
  return `try { console.log(${expression}); } catch (error) { console.log("refused: " + (error as Error).name); }`;
}
