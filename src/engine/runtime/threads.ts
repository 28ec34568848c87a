import os from 'node:os';

/** Fewer threads than there are cores, where others want the machine, too. */
const VARIABLE = 'PISA_UPSCALE_THREADS';

/**
 * Threads for ONNX Runtime's CPU provider: those that the environment grants, else all that this
 * process may use. The process runs at low priority, so the editor goes first.
 */
export function threadCount(
  granted = process.env[VARIABLE],
  most = os.availableParallelism(),
): number {
  const count = Number(granted);
  return Number.isInteger(count) && count >= 1 ? Math.min(count, most) : most;
}
