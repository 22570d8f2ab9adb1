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

/** For npm's lock file: the installed packages, their licences, and what they ask for. */
export const LOCK_FILE: readonly Lane[] = [
  { name: "package", pattern: /^\s*"version":/ },
  { name: "licence", pattern: /^\s*"license":/ },
  { name: "engine", pattern: /^\s*"(?:node|npm)":/ },
  { name: "script", pattern: /^\s*"hasInstallScript":/ },
  { name: "depends", pattern: /^\s*"[^"]+": "[~^<>=*\d]/ },
];

/** The lane for lines that fit no other: it fits all, so it comes last. */
export const OTHER: Lane = { name: "other", pattern: /^/ };

/** Finds a line's lane: the first one whose pattern occurs in it. */
export function laneOf(text: string, lanes: readonly Lane[]): Lane {
  for (const lane of lanes) if (lane.pattern.test(text)) return lane;
  return OTHER;
}
