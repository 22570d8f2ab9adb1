/** To settle where frames take their time: with `?over`, what `test/support/settled.ts` is without. */
import { chosen } from "./chosen-transport.ts";

export { state, type State } from "../../support/settled.ts";

const pair = await chosen;

/** Resolves when nothing is under way, and nothing has followed from what has arrived. */
export const settled = (): Promise<void> => pair.rest();
