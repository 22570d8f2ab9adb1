/** `scope.ts` for tests that run once more: they try fewer cases than at first. */
import { scope as wanted } from "./scope.ts";

type Scope = typeof wanted;

export const scope: Scope = wanted === "long" ? "usual" : "part";
export const thorough: boolean = scope !== "part";
export const byScope = <T>(choices: Readonly<Record<Scope, T>>): T => choices[scope];
