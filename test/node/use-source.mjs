// For `node --import`: a program that imports "coroutine-channels", or one of its other entry points, gets src/ as it
// stands, so that no build can be missing or out of date while its programs are tested.
import { registerHooks } from "node:module";

const entry = /^coroutine-channels(?:\/(\w+))?$/;

registerHooks({
  resolve(specifier, context, next) {
    const match = entry.exec(specifier);
    if (!match) return next(specifier, context);
    const source = new URL(`../../src/${match[1] ?? "index"}.ts`, import.meta.url);
    return { url: source.href, shortCircuit: true };
  },
});
