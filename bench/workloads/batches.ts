import { versus } from "../measure/versus.ts";

const sizes = [1, 10, 100, 1000];
const MILLION = 1_000_000;

/** Whoever makes single items of batches again is compared with a generator that does; all else with a loop. */
const singles = "native-singles";

export const workload = versus({
  name: "batches",
  title: "Batches",
  text: "Arrays of so many items, whose items are summed up. Taken as arrays or lent iterators, the control is a `for...of` loop over the same arrays; taken one by one, an async generator of single items.",
  contenders: [
    "native",
    "native-singles",
    "ours-arrays",
    "ours-lent",
    "ours-singles",
    "queueable",
    "medium",
    "it-queueless-pushable",
    "readable-stream",
    "pass-through",
    "thi.ng-csp",
    "transform-stream",
    "effect-queue",
    "repeater",
    "rxjs",
  ],
  cases: (contender) => {
    const control = contender.endsWith("-singles") ? singles : "loop";
    const wanted = contender.startsWith("ours") ? [...sizes, MILLION] : sizes;
    return wanted.map((parameter) => ({ parameter, control, least: parameter }));
  },
});
