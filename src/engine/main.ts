import os from 'node:os';
import { DEVICES, isOneOf } from '../shared/settings';
import { RpcEndpoint } from '../shared/rpc';
import { Engine } from './engine';
import { PROBE_ARGUMENT, probeDevice } from './runtime/probe';

declare const PISA_UPSCALE_VERSION: string;

/**
 * The forked process. Arguments: the model folders, or `--probe <device>` to try one device and end. Talks over Node's IPC
 * channel and ends when the parent goes away.
 */
function main(): void {
  const args = process.argv.slice(2);
  if (!process.send) {
    console.error('This is the engine process of PiSA Upscale; it is started by the extension or the command-line tool.');
    process.exit(2);
  }
  process.on('disconnect', () => process.exit(0));
  // Ctrl+C in a terminal reaches the whole process group; the parent decides what it means.
  process.on('SIGINT', () => undefined);
  if (args[0] === PROBE_ARGUMENT) {
    const device = args[1];
    if (!isOneOf(DEVICES, device)) throw new Error(`Unknown device ${String(device)}.`);
    void probeDevice(device).then((report) => process.send?.(report, () => process.exit(0)));
    return;
  }
  lowerPriority();
  const engine = new Engine({ modelFolders: args, entry: __filename, version: PISA_UPSCALE_VERSION });
  new RpcEndpoint(
    { post: (message) => process.send?.(message), onMessage: (listener) => process.on('message', listener) },
    engine.api(),
  );
}

/** The engine may use every core; the editor and everything else go first. */
function lowerPriority(): void {
  try {
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some containers forbid it, which costs responsiveness and nothing else.
  }
}

main();
