const errors = Error as { stackTraceLimit?: number };

/** Runs what makes many errors, without the stack traces that nobody reads: most of the time would go into these. */
export async function withoutTraces<T>(run: () => Promise<T>): Promise<T> {
  const { stackTraceLimit = 10 } = errors;
  errors.stackTraceLimit = 0;
  try {
    return await run();
  } finally {
    errors.stackTraceLimit = stackTraceLimit;
  }
}
