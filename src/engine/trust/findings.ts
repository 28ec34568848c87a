import type {
  Agreement,
  DeviceReport,
  ModelTrust,
  PrecisionFinding,
} from '../../shared/engineProtocol';
import { isOneOf } from '../../shared/oneOf';
import { CPU_PRECISIONS, DEVICES } from '../../shared/settings';

type Json = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumberIfAny = (value: unknown): boolean => value === undefined || typeof value === 'number';

const isPrecision = (value: unknown): boolean => value === 'float32' || value === 'float16';

export const isAgreement = (value: unknown): value is Agreement =>
  isObject(value) &&
  typeof value.what === 'string' &&
  isPrecision(value.precision) &&
  isNumberIfAny(value.difference) &&
  typeof value.bound === 'number' &&
  typeof value.agrees === 'boolean' &&
  typeof value.reason === 'string';

const areAgreements = (value: unknown): boolean => Array.isArray(value) && value.every(isAgreement);

/** Whether a value that was read from a file is a report. */
export const isDeviceReport = (value: unknown): value is DeviceReport =>
  isObject(value) &&
  isOneOf(DEVICES, value.device) &&
  typeof value.usable === 'boolean' &&
  typeof value.reason === 'string' &&
  isNumberIfAny(value.maxDifference) &&
  isNumberIfAny(value.milliseconds) &&
  (value.operators === undefined || areAgreements(value.operators));

export const isModelTrust = (value: unknown): value is ModelTrust =>
  isObject(value) &&
  typeof value.model === 'string' &&
  isOneOf(DEVICES, value.device) &&
  isPrecision(value.precision) &&
  typeof value.trusted === 'boolean' &&
  typeof value.reason === 'string' &&
  areAgreements(value.checks);

export const isPrecisionFinding = (value: unknown): value is PrecisionFinding =>
  isObject(value) &&
  typeof value.model === 'string' &&
  isOneOf(CPU_PRECISIONS, value.precision) &&
  typeof value.agrees === 'boolean' &&
  (value.agrees || value.precision === 'fp32') &&
  typeof value.reason === 'string' &&
  [value.largest, value.deviation, value.ratio].every(isNumberIfAny);
