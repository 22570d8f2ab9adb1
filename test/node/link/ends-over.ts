/** Far ends over the chosen transport: with `?over`, what `test/link/by-reference.ts` is without. */
import { startFar } from "../../link/start-far.ts";
import { chosen } from "./chosen-transport.ts";

const { near, far } = await chosen;

export const { service: farService, stream: farStream } = startFar(near, far);
