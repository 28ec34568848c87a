import os from 'node:os';

/** `normal` where other work never pauses, as on a machine that builds: the engine would hardly get its turn. */
const VARIABLE = 'PISA_UPSCALE_PRIORITY';

/** The engine may use every core; the editor and everything else go first, unless the environment says otherwise. */
export function giveWay(said = process.env[VARIABLE]): void {
  if (said === 'normal') return;
  try {
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some containers forbid it, which costs responsiveness and nothing else.
  }
}
