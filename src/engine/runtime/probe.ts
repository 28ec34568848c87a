import { fork } from 'node:child_process';
import type { DeviceReport, DevicesReport } from '../../shared/engineProtocol';
import { DEVICES, type Device } from '../../shared/settings';
import { messageOf } from '../errors';
import { loadOnnxRuntime, type Ort } from './onnxRuntime';
import { PROBE_SIDE, probeGraph, probeInput } from './probeGraph';
import { sessionOptions } from './session';

/**
 * Largest difference from the CPU that still counts as correct (GPUs sum in another order and may
 * use TF32).
 */
export const PROBE_TOLERANCE = 1e-3;
const PROBE_TIMEOUT_MS = 60_000;
const TIMED_RUNS = 3;
const SLOW_PROBE_MS = 1000;

/** The argument that makes the engine's entry probe one device and end. */
export const PROBE_ARGUMENT = '--probe';

/**
 * Tries one device in this process: opens a session, runs it, compares it with the CPU. Never
 * throws.
 */
export async function probeDevice(device: Device): Promise<DeviceReport> {
  try {
    const result = await runProbe(device);
    if (device === 'cpu')
      return { device, usable: true, reason: 'the reference', milliseconds: result.milliseconds };
    const reference = await runProbe('cpu');
    const maxDifference = largestDifference(result.values, reference.values);
    const measured = { maxDifference, milliseconds: result.milliseconds };
    if (!(maxDifference <= PROBE_TOLERANCE)) {
      return {
        device,
        usable: false,
        reason: `its result differs from the CPU's by ${maxDifference.toExponential(1)}`,
        ...measured,
      };
    }
    return { device, usable: true, reason: 'agrees with the CPU', ...measured };
  } catch (error) {
    return { device, usable: false, reason: readableReason(messageOf(error)) };
  }
}

/**
 * Probes every device, one by one. Each runs in a process of its own, because a broken GPU driver
 * may crash the process that touches it. `entry` is the engine's script.
 */
export async function probeDevices(entry: string): Promise<DevicesReport> {
  const ort = await loadOnnxRuntime();
  const built = new Set(ort.listSupportedBackends().map((backend) => backend.name));
  const devices: DeviceReport[] = [];
  for (const device of DEVICES) {
    devices.push(
      built.has(device)
        ? await probeInChild(entry, device)
        : {
            device,
            usable: false,
            reason: `not part of ONNX Runtime for ${process.platform}-${process.arch}`,
          },
    );
  }
  return { devices, auto: chooseAuto(devices) };
}

/**
 * What `auto` means: the fastest GPU that agreed with the CPU, unless the CPU itself is faster, as
 * it is beside a GPU that is emulated in software.
 */
export function chooseAuto(devices: readonly DeviceReport[]): Device {
  const time = (report: DeviceReport): number => report.milliseconds ?? Number.POSITIVE_INFINITY;
  const usable = devices.filter((report) => report.usable).sort((a, b) => time(a) - time(b));
  return usable[0]?.device ?? 'cpu';
}

async function runProbe(device: Device): Promise<{ values: Float32Array; milliseconds: number }> {
  const ort = await loadOnnxRuntime();
  const session = await ort.InferenceSession.create(probeGraph(), sessionOptions(device));
  try {
    const image = new ort.Tensor('float32', probeInput(), [1, 3, PROBE_SIDE, PROBE_SIDE]);
    const timed = async (): Promise<{
      result: Ort.InferenceSession.OnnxValueMapType;
      milliseconds: number;
    }> => {
      const start = performance.now();
      const result = await session.run({ image });
      return { result, milliseconds: performance.now() - start };
    };
    // The first run also compiles shaders; only a device that is quick enough to matter is worth
    // timing again.
    const { result, milliseconds: first } = await timed();
    let milliseconds = first;
    for (let run = 0; run < TIMED_RUNS && first < SLOW_PROBE_MS; run++)
      milliseconds = Math.min(milliseconds, (await timed()).milliseconds);
    const values = result.result?.data;
    if (!(values instanceof Float32Array)) throw new Error('the probe yielded no float32 result');
    return { values: Float32Array.from(values), milliseconds };
  } finally {
    await session.release();
  }
}

function probeInChild(entry: string, device: Device): Promise<DeviceReport> {
  return new Promise((resolve) => {
    const child = fork(entry, [PROBE_ARGUMENT, device], {
      execArgv: process.execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let report: DeviceReport | undefined;
    let stderr = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_TIMEOUT_MS);
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2000)),
    );
    // Whoever wanted to know is gone.
    const abandon = (): void => void child.kill('SIGKILL');
    process.once('disconnect', abandon);
    child.on('message', (message) => {
      if (isDeviceReport(message)) report = message;
    });
    child.on('error', (error) => (stderr = error.message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      process.off('disconnect', abandon);
      const ended = signal === null ? `exit code ${String(code)}` : signal;
      const last = stderr.trim().split('\n').at(-1) ?? '';
      resolve(
        report ?? {
          device,
          usable: false,
          reason: `its test process ended early (${ended})${last === '' ? '' : `: ${last}`}`,
        },
      );
    });
  });
}

function isDeviceReport(value: unknown): value is DeviceReport {
  if (typeof value !== 'object' || value === null) return false;
  const { device, usable, reason } = value as Record<string, unknown>;
  return typeof device === 'string' && typeof usable === 'boolean' && typeof reason === 'string';
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? 0) - (b[i] ?? 0));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/**
 * ONNX Runtime's messages begin with a source file and an expression; what a person can use comes
 * after them.
 */
function readableReason(text: string): string {
  const line =
    text
      .split('\n')
      .find((candidate) => candidate.trim() !== '')
      ?.trim() ?? 'failed without a message';
  return line.replace(/^.* was false\. /, '').replace(/^\S+: /, '');
}
