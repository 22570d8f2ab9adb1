/**
 * Nanoseconds of processor time that this process has used, its compiler and collector threads included: what other
 * processes do on the machine does not count. Wall-clock time where a runtime cannot tell.
 */
export function cpuTime(): number {
  if (typeof process.cpuUsage !== "function") return performance.now() * 1e6;
  const { user, system } = process.cpuUsage();
  return (user + system) * 1e3;
}
