const { process } = globalThis as { process?: { env: Record<string, string | undefined> } };

/**
 * Whether tests that try many cases try all they can: so in `npm test`. Where the same tests run once more, to see other
 * engines or broken sources, they try a part.
 */
export const thorough: boolean = process !== undefined && process.env["TEST_SCOPE"] !== "part";
