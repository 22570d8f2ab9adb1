/** Works the playground as a person does, and reads what it shows. */

import type { Page } from "playwright-core";

/** Puts a program into the playground and runs it. */
export async function run(page: Page, code: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(code);
  await page.getByRole("button", { name: "Run", exact: true }).click();
}

/** Waits until the status begins with one of these words. */
export async function status(page: Page, ...words: readonly string[]): Promise<string> {
  const place = page.getByRole("status");
  await place.filter({ hasText: new RegExp(`^(?:${words.join("|")})`) }).waitFor();
  return await place.innerText();
}

/** The lines of the console. */
export async function printedLines(page: Page): Promise<string[]> {
  const texts = await page.locator(".console pre:not(.report)").allTextContents();
  return texts.flatMap((text) => text.split("\n"));
}
