/**
 * Starts to measure; what it returns tells the milliseconds of work since then: those of the clock, or
 * of this process's processor time where a busy machine made it wait for its turn. What hangs burns
 * what it waits.
 */
export function stopwatch(): () => number {
  const started = performance.now();
  const burned = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(burned);
    return Math.min(performance.now() - started, (user + system) / 1000);
  };
}
