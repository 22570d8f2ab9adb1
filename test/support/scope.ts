const { process } = globalThis as { process?: { env: Record<string, string | undefined> } };

type Scope = "part" | "usual" | "long";

/**
 * How many cases the tests try that could try any number:
 *
 * - a part, where the same tests run once more, to see other engines or broken sources (`TEST_SCOPE=part`, and browsers);
 * - as many as find nearly everything, in `npm test`;
 * - all they can, in `npm run test:long` (`TEST_SCOPE=long`).
 */
const named = process === undefined ? "part" : process.env["TEST_SCOPE"];
export const scope: Scope = named === "part" || named === "long" ? named : "usual";

/** Whether it is more than a part. */
export const thorough: boolean = scope !== "part";

/** What belongs to the scope of this run. */
export const byScope = <T>(choices: Readonly<Record<Scope, T>>): T => choices[scope];
