/** Lanes: where a line belongs. */

export interface Lane {
  readonly name: string;
  readonly pattern: RegExp;
}

/** By severity, for logs and for anything that looks like one. */
export const SEVERITY: readonly Lane[] = [
  { name: "error", pattern: /(?:error|exception)\b|\b(?:fatal|panic|critical|fail(?:ed|ure)?)\b/i },
  { name: "warning", pattern: /\bwarn(?:ing)?\b/i },
  { name: "info", pattern: /\b(?:info|notice)\b/i },
  { name: "debug", pattern: /\b(?:debug|trace)\b/i },
];

/** For npm's lock file: what the installed packages are licensed under, need, run, and depend on. */
export const LOCK_FILE: readonly Lane[] = [
  { name: "licence", pattern: /^\s*"license":/ },
  { name: "needs", pattern: /^\s*"(?:node|npm)":/ },
  { name: "runs", pattern: /^\s*"hasInstallScript":/ },
  { name: "depends", pattern: /^\s*"[^"]+": "(?:[~^<>=*]|\d)/ },
];

/** The lane for lines that fit no other. */
export const OTHER: Lane = { name: "other", pattern: /^/ };

/** Finds a line's lane: the first one whose pattern occurs in it. The last lane takes what is left. */
export function laneOf(text: string, lanes: readonly Lane[]): number {
  const last = lanes.length - 1;
  for (let i = 0; i < last; i++) if ((lanes[i] as Lane).pattern.test(text)) return i;
  return last;
}
