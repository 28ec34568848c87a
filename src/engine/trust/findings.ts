import type {
  Agreement,
  DeviceReport,
  ModelTrust,
  PrecisionFinding,
} from '../../shared/engineProtocol';
import { isWords, type Words } from '../../shared/phrase';
import { isOneOf } from '../../shared/oneOf';
import { CPU_PRECISIONS, DEVICES } from '../../shared/settings';
import { isObject } from '../../shared/json';

const isNumberIfAny = (value: unknown): boolean => value === undefined || typeof value === 'number';

const isPrecision = (value: unknown): boolean => value === 'float32' || value === 'float16';

export const isAgreement = (value: unknown): value is Agreement<Words> =>
  isObject(value) &&
  isWords(value.what) &&
  isPrecision(value.precision) &&
  isNumberIfAny(value.difference) &&
  typeof value.bound === 'number' &&
  typeof value.agrees === 'boolean' &&
  isWords(value.reason);

const areAgreements = (value: unknown): boolean => Array.isArray(value) && value.every(isAgreement);

/** Whether a value that was read from a file is a report. */
export const isDeviceReport = (value: unknown): value is DeviceReport<Words> =>
  isObject(value) &&
  isOneOf(DEVICES, value.device) &&
  typeof value.usable === 'boolean' &&
  isWords(value.reason) &&
  isNumberIfAny(value.maxDifference) &&
  isNumberIfAny(value.milliseconds) &&
  (value.operators === undefined || areAgreements(value.operators));

export const isModelTrust = (value: unknown): value is ModelTrust<Words> =>
  isObject(value) &&
  typeof value.model === 'string' &&
  isOneOf(DEVICES, value.device) &&
  isPrecision(value.precision) &&
  typeof value.trusted === 'boolean' &&
  isWords(value.reason) &&
  areAgreements(value.checks);

export const isPrecisionFinding = (value: unknown): value is PrecisionFinding<Words> =>
  isObject(value) &&
  typeof value.model === 'string' &&
  isOneOf(CPU_PRECISIONS, value.precision) &&
  typeof value.agrees === 'boolean' &&
  (value.agrees || value.precision === 'fp32') &&
  isWords(value.reason) &&
  [value.largest, value.deviation, value.ratio].every(isNumberIfAny);
