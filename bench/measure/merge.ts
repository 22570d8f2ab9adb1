import type { Row } from "./row.ts";
import { spread } from "./spread.ts";
import type { Spread } from "./spread.ts";

/** What several processes say together: the medians of their figures. */
export function merge(processes: readonly (readonly Row[])[]): Row[] {
  const [first = []] = processes;
  return first.map((row, i) => {
    const same = processes.map((rows) => rows[i] ?? row);
    return {
      ...row,
      cost: middle(same.map(({ cost }) => cost)),
      ...(row.ratio && { ratio: middle(same.flatMap(({ ratio }) => ratio ?? [])) }),
      ...(row.controlCost && {
        controlCost: middle(same.flatMap(({ controlCost }) => controlCost ?? [])),
      }),
    };
  });
}

function middle(spreads: readonly Spread[]): Spread {
  return {
    median: spread(spreads.map(({ median }) => median)).median,
    low: spread(spreads.map(({ low }) => low)).median,
    high: spread(spreads.map(({ high }) => high)).median,
  };
}
