/** Ends a run with `N passed, N failed`, alone on the last line, for people and programs to read. */

import type { Reporter, TestModule } from "vitest/node";

export class SummaryReporter implements Reporter {
  readonly #remarks: readonly string[];

  /** @param remarks What else is to be said: a line each. */
  constructor(remarks: readonly string[]) {
    this.#remarks = remarks;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    // What went wrong outside of any test counts too: the run must not look clean.
    let failed = unhandledErrors.length;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        // A test that never got a result has not passed.
        else if (state !== "skipped") failed++;
      }
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
    }
    if (passed + failed === 0) failed = 1; // a run that found no test has shown nothing
    const remarks = this.#remarks.map((remark) => `\n${remark}`).join("");
    process.once("exit", () => console.log(`${remarks}\n${passed} passed, ${failed} failed`));
  }
}
