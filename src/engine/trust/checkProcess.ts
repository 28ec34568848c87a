import { fork } from 'node:child_process';
import type { Agreement, DeviceReport, PrecisionFinding } from '../../shared/engineProtocol';
import type { Device } from '../../shared/settings';
import type { ComputeType } from '../graph/sd21/weights';
import { machineSlowdown } from './machineSlowdown';
import type { ProbeDepth } from './probe';
import { phrase, type Words } from '../../shared/phrase';

/** The argument that makes the engine's entry do one check of a device, given as JSON, and end. */
export const CHECK_ARGUMENT = '--check';

/** What is checked in a process of its own. */
export type Check =
  | { readonly kind: 'probe'; readonly device: Device; readonly depth: ProbeDepth }
  | {
      readonly kind: 'fingerprint';
      readonly device: Device;
      readonly precision: ComputeType;
      readonly model: string;
      /** Where models are. */
      readonly folders: readonly string[];
      readonly store: string;
    }
  | {
      readonly kind: 'precision';
      readonly model: string;
      readonly folders: readonly string[];
      readonly store: string;
    };

/** What each check yields. */
export type CheckResults = {
  readonly probe: DeviceReport<Words>;
  readonly fingerprint: readonly Agreement<Words>[];
  readonly precision: PrecisionFinding<Words>;
};

/** What the process says: what it does next, its result, or why it has none. */
export type CheckMessage =
  | { readonly step: Words }
  | { readonly result: CheckResults[Check['kind']] }
  | { readonly failure: Words };

/** A result, or why there is none: a crash, silence, or an error. */
export type CheckOutcome<K extends Check['kind']> =
  | { readonly result: CheckResults[K] }
  | { readonly failure: Words };

/**
 * Does a check in a process of its own, because a broken driver may crash or freeze the process
 * that touches it. `entry` is the engine's script. The process is killed when it says nothing for
 * `silenceMs`, and for longer on a machine that others keep busy. Never rejects.
 */
export function checkInProcess<C extends Check>(
  entry: string,
  check: C,
  silenceMs: number,
  slowdown: () => number = machineSlowdown,
): Promise<CheckOutcome<C['kind']>> {
  return new Promise((resolve) => {
    const child = fork(entry, [CHECK_ARGUMENT, JSON.stringify(check)], {
      execArgv: process.execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let outcome: CheckOutcome<C['kind']> | undefined;
    let stderr = '';
    let at: Words = '';
    let isSilent = false;
    let heard = performance.now();
    const onSilence = (): void => {
      const left = heard + silenceMs * slowdown() - performance.now();
      if (left > 0) {
        timer = setTimeout(onSilence, left);
        return;
      }
      isSilent = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(onSilence, silenceMs);
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2000)),
    );
    // Whoever wanted to know is gone.
    const abandon = (): void => void child.kill('SIGKILL');
    process.once('disconnect', abandon);
    child.on('message', (message: CheckMessage) => {
      clearTimeout(timer);
      heard = performance.now();
      timer = setTimeout(onSilence, silenceMs);
      if ('step' in message) at = message.step;
      else if ('failure' in message) outcome = { failure: message.failure };
      else outcome = { result: message.result as CheckResults[C['kind']] };
    });
    child.on('error', (error) => (stderr = error.message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      process.off('disconnect', abandon);
      resolve(
        outcome ?? {
          failure: isSilent
            ? silence(performance.now() - heard, at)
            : death(signal === null ? phrase`exit code ${String(code)}` : signal, at, stderr),
        },
      );
    });
  });
}

const during = (step: Words): Words => (step === '' ? '' : phrase` during ${step}`);

const silence = (milliseconds: number, step: Words): Words =>
  phrase`its test process did not answer for ${Math.round(milliseconds / 1000)} s${during(step)}`;

function death(ended: Words, step: Words, stderr: string): Words {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return phrase`its test process ended early (${ended})${during(step)}${last === '' ? '' : phrase`: ${last}`}`;
}
