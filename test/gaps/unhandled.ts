/** Rejections that nobody handles, kept from the test runner, for which each would fail the whole run. */

type Listener = (...args: never[]) => void;

interface Process {
  listeners(name: string): Listener[];
  on(name: string, listener: Listener): void;
  off(name: string, listener: Listener): void;
}

/** Runs `body`, to which `reported` gives the rejections that have been reported since it was last called. */
export async function rejectionsReported(
  body: (reported: () => unknown[]) => Promise<void>,
): Promise<void> {
  let reported: unknown[] = [];
  const release = listen((reason) => reported.push(reason));
  try {
    await body(() => {
      const now = reported;
      reported = [];
      return now;
    });
  } finally {
    release();
  }
}

function listen(report: (reason: unknown) => void): () => void {
  const { process } = globalThis as unknown as { process?: Process };
  if (typeof process?.listeners === "function") {
    const name = "unhandledRejection";
    const others = process.listeners(name);
    for (const other of others) process.off(name, other);
    process.on(name, report);
    return () => {
      process.off(name, report);
      for (const other of others) process.on(name, other);
    };
  }
  const heard = (event: Event): void => {
    event.preventDefault();
    report((event as PromiseRejectionEvent).reason);
  };
  globalThis.addEventListener("unhandledrejection", heard);
  return () => globalThis.removeEventListener("unhandledrejection", heard);
}
