import { differenceInWords } from '../../shared/deviceFindings';
import type { DeviceReport, ModelTrust, PrecisionFinding } from '../../shared/engineProtocol';
import { DEVICES, type Device } from '../../shared/settings';
import type { ComputeType } from '../graph/sd21/weights';
import type { Model } from '../models/model';
import { loadOnnxRuntime } from '../runtime/onnxRuntime';
import { checkInProcess } from './checkProcess';
import { cpuFeatures } from './cpuFeatures';
import { driverOf } from './driver';
import { OPERATORS } from './operators/operators';
import type { ProbeDepth } from './probe';
import { readableReason } from './readableReason';
import { phrase, type Words } from '../../shared/phrase';

/** How devices are tried; each try happens in a process of its own and never rejects. */
export type DeviceChecks = {
  /** Of ONNX Runtime, of the engine, which writes graphs, and of what is checked. */
  versions(): Promise<string>;
  /** See `driverOf`. */
  driver(device: Device): Promise<string | undefined>;
  probe(device: Device, depth: ProbeDepth): Promise<Tried<DeviceReport<Words>>>;
  fingerprint(
    model: Model,
    device: Device,
    precision: ComputeType,
  ): Promise<Tried<ModelTrust<Words>>>;
  /** See `cpuFeatures`. */
  processor(): Promise<string>;
  /** Compares both forms of a model that has one in 8 bits, on the CPU. */
  precision(model: Model): Promise<Tried<PrecisionFinding<Words>>>;
};

/**
 * A finding; `isLasting` unless it may be otherwise next time, as after a crash or where a device
 * could not be opened.
 */
export type Tried<T> = { readonly value: T; readonly isLasting: boolean };

type CheckedEngine = {
  readonly entry: string;
  readonly version: string;
  readonly folders: readonly string[];
  readonly store: string;
};

/** Longest that a process may say nothing, and the bytes of weights that a slow disk reads each second. */
const SILENCE_MS = { probe: 60_000, fingerprint: 120_000, precision: 120_000 } as const;
const BYTES_PER_MS = 20_000;

/**
 * The checks of this machine. `entry` is the engine's script, `version` its version, `folders` and
 * `store` are where it finds models.
 */
export function deviceChecks({ entry, version, folders, store }: CheckedEngine): DeviceChecks {
  return {
    async versions() {
      const ort = await loadOnnxRuntime();
      const runtime = `engine ${version}, ONNX Runtime ${ort.env.versions.common}`;
      return [runtime, ...OPERATORS.map(({ name }) => name)].join('\n');
    },
    driver: (device) => driverOf(device),
    async probe(device, depth) {
      if (!(await builtIn()).has(device)) {
        const reason = phrase`not part of ONNX Runtime for ${process.platform}-${process.arch}`;
        return { value: { device, usable: false, reason }, isLasting: true };
      }
      const outcome = await checkInProcess(
        entry,
        { kind: 'probe', device, depth },
        SILENCE_MS.probe,
      );
      if ('failure' in outcome)
        return { value: { device, usable: false, reason: outcome.failure }, isLasting: false };
      const { result } = outcome;
      return { value: result, isLasting: result.usable || result.maxDifference !== undefined };
    },
    async fingerprint(model, device, precision) {
      const { id } = model.manifest;
      const bytes = model.files.reduce((sum, file) => sum + file.bytes, 0);
      const common = { model: id, device, precision };
      const outcome = await checkInProcess(
        entry,
        { kind: 'fingerprint', device, precision, model: id, folders, store },
        SILENCE_MS.fingerprint + bytes / BYTES_PER_MS,
      );
      if ('failure' in outcome) {
        const reason = readableReason(outcome.failure);
        return { value: { ...common, trusted: false, reason, checks: [] }, isLasting: false };
      }
      const checks = outcome.result;
      const wrong = checks.find(({ agrees }) => !agrees);
      const worst = Math.max(0, ...checks.map(({ difference }) => difference ?? 0));
      const bound = checks[0]?.bound ?? 0;
      const reason = wrong
        ? phrase`${wrong.what}: ${wrong.reason}`
        : phrase`within ${differenceInWords(worst)} of the CPU (at most ${differenceInWords(bound)})`;
      return {
        value: { ...common, trusted: wrong === undefined && checks.length > 0, reason, checks },
        isLasting: wrong === undefined || wrong.difference !== undefined,
      };
    },
    processor: () => cpuFeatures(),
    async precision(model) {
      const { id } = model.manifest;
      const outcome = await checkInProcess(
        entry,
        { kind: 'precision', model: id, folders, store },
        SILENCE_MS.precision,
      );
      if ('result' in outcome) return { value: outcome.result, isLasting: true };
      const reason = phrase`8 bits can't be used: ${readableReason(outcome.failure)}`;
      return {
        value: { model: id, precision: 'fp32', agrees: false, reason },
        isLasting: false,
      };
    },
  };
}

async function builtIn(): Promise<ReadonlySet<string>> {
  const ort = await loadOnnxRuntime();
  return new Set(ort.listSupportedBackends().map(({ name }) => name));
}

/** Devices that compete with the CPU. */
export const GPUS = DEVICES.filter((device) => device !== 'cpu' && device !== 'remote');
