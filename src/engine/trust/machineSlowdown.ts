import os from 'node:os';

/** What waits longer than this is frozen, however busy the machine is. */
const MOST = 12;

/**
 * How many times longer than alone work takes while others want the processor, too: what wants to
 * run for each core, in the mean of the last minute. At least 1, at most 12; 1 on Windows, which
 * does not tell.
 */
export function machineSlowdown(
  load = os.loadavg()[0] ?? 0,
  cores = os.availableParallelism(),
): number {
  return Math.min(MOST, Math.max(1, load / cores));
}
