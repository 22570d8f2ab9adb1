const { process } = globalThis as { process?: { env: Record<string, string | undefined> } };

/** How many cases tests try that try many: a part where they run once more, in other engines or on broken sources. */
export type Scope = "part" | "usual" | "long";

/** The usual in `npm test`. */
export const scope: Scope = chosen(process?.env["TEST_SCOPE"]);

/**
 * Whether tests that try many cases try all they can: so in `npm test`. Where the same tests run once more, to see other
 * engines or broken sources, they try a part.
 */
export const thorough: boolean = scope !== "part";

function chosen(name: string | undefined): Scope {
  if (process === undefined || name === "part") return "part";
  return name === "long" ? "long" : "usual";
}
