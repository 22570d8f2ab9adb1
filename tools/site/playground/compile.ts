/** TypeScript to what a browser runs. Lines stay where they are, so that places in reports are right. */

import { transform } from "sucrase";

const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\2/g;

/** @param addressOf From the name of a module to where it is. */
export function compile(program: string, addressOf: (name: string) => string | undefined): string {
  const { code } = transform(program, {
    transforms: ["typescript"],
    disableESTransforms: true,
    filePath: "program.ts",
  });
  return code.replaceAll(IMPORT, (_whole, before: string, quote: string, name: string) => {
    const address = addressOf(name);
    if (address === undefined) throw new Error(`The playground has no module "${name}"`);
    return before + quote + address + quote;
  });
}
