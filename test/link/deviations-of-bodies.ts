/** With `?body`, what `deviations.ts` is without: near bodies deviate where a server end is no body's, and nowhere else. */
import { type Deviation, deviations as all } from "./deviations.ts";

export const deviations = (list: readonly Deviation[]): void =>
  all(list.filter(([reason]) => reason === "body"));
