import { asking } from "../flow/parts/source.ts";
import { here } from "./place.ts";
import { context, runPiece } from "./routine.ts";

/** Lets what the pieces of flow ask of channels be told to be theirs. */
export function watchPieces(): void {
  asking.bind = bind as typeof asking.bind;
}

function bind(ask: () => unknown): () => unknown {
  const { piece, at } = here();
  // A piece that opens another source later does so on its own behalf.
  const within = piece === undefined ? context().piece : { name: piece, made: at };
  return within === undefined ? ask : () => runPiece(within, ask);
}
