import { inTurn } from "./in-turn.ts";
import type { Effort } from "./in-turn.ts";
import { loadPeer } from "./peer.ts";
import type { Programs } from "./peer.ts";
import type { Row } from "./row.ts";
import { spread } from "./spread.ts";
import type { Workload } from "./workload.ts";

type Parameter = number | string;
type TimedPrograms = Omit<Programs, "idle-memory" | "select-again">;

/** One figure: a contender with a parameter, next to a control. */
export interface Case {
  readonly parameter: Parameter;
  /** Another peer, and its own parameter where it differs. */
  readonly control: string;
  readonly controlParameter?: Parameter;
  /** How the report shows the parameter, where that is not plain. */
  readonly label?: string;
  /** How many items a run has at least, at most. */
  readonly least?: number;
  readonly most?: number;
}

interface Versus extends Omit<Workload, "measure" | "rerun" | "unit"> {
  readonly name: keyof TimedPrograms;
  /** The program that the control runs, where it is another one. */
  readonly controlProgram?: keyof TimedPrograms;
  cases(contender: string): readonly Case[];
}

type Program = (count: number, parameter: Parameter) => unknown;

/** How many items are moved at a time where a row is looked at more closely. */
const ITEMS = 10_000;

/** A workload that each contender runs in turn with a control. */
export function versus({ cases, controlProgram, ...workload }: Versus): Workload {
  return {
    ...workload,
    unit: "ns",
    async measure(contender: string, effort: Effort): Promise<Row[]> {
      const program = await load(contender, workload.name, "contender");
      const rows: Row[] = [];
      for (const one of cases(contender)) {
        const { parameter, control, controlParameter = parameter, label = parameter } = one;
        const controlled = await load(control, controlProgram ?? workload.name, "control");
        const { ratios, cost, controlCost } = await inTurn(
          (count) => controlled(count, controlParameter),
          (count) => program(count, parameter),
          effort,
          one.least,
          one.most,
        );
        rows.push({
          workload: workload.name,
          contender,
          parameter: label,
          control,
          ratio: spread(ratios),
          cost,
          controlCost,
        });
      }
      return rows;
    },
    async rerun(contender: string, label: Parameter): Promise<() => unknown> {
      const program = await load(contender, workload.name, "contender");
      const same = cases(contender).find((one) => (one.label ?? one.parameter) === label);
      if (same === undefined) throw new Error(`Could not run ${workload.name} with: ${label}`);
      return () => program(same.least ?? ITEMS, same.parameter);
    },
  };
}

async function load(
  name: string,
  workload: keyof TimedPrograms,
  instance: string,
): Promise<Program> {
  const { programs } = await loadPeer(name, instance);
  const program = programs[workload] as Program | undefined;
  if (program === undefined) throw new Error(`Could not run ${workload} with: ${name}`);
  return program;
}
