// A stream of tokens that stalls: the loop is told, instead of hanging for ever.
import { abortable } from "coroutine-channels";

async function* tokens(): AsyncGenerator<string> {
  yield* ["The", "answer", "is"];
  await new Promise(() => {}); // the connection is silent, and does not even close
}

try {
  for await (const token of abortable(tokens(), { idle: 50 })) console.log(token);
} catch (error) {
  if (!(error instanceof Error && error.name === "TimeoutError")) throw error;
  console.log("No token for 50 ms. Asking another model.");
}

// Prints:
// The
// answer
// is
// No token for 50 ms. Asking another model.
