// For `node --import`: a program that imports "coroutine-channels" gets src/ as it stands, so that no
// build can be missing or out of date while its programs are tested.
import { registerHooks } from "node:module";

const source = new URL("../../src/index.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "coroutine-channels"
      ? { url: source, shortCircuit: true }
      : next(specifier, context),
});
