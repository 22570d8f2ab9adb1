import type { Result } from "../measure/results.ts";
import { isMet, limits } from "./limits.ts";

/** The limits as lines for a terminal. */
export function limitsAsText(results: readonly Result[]): string {
  const lines: string[] = [];
  for (const result of results) {
    lines.push(`\n${result.runtime}, ${result.build}`);
    for (const limit of limits) {
      const value = limit.value(result);
      if (value === undefined) continue;
      const verdict = isMet(limit, value) ? "met" : "missed";
      const most = `${limit.exact ? "exactly" : "at most"} ${limit.limit}`;
      lines.push(
        `${limit.text.padEnd(60)} ${format(value).padStart(8)} ${most.padStart(13)}  ${verdict}`,
      );
    }
  }
  return lines.join("\n");
}

/** Three digits are all that there is to know. */
export function format(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  if (Math.abs(value) >= 10) return value.toFixed(1);
  return value.toFixed(Math.abs(value) >= 1 ? 2 : 3);
}
