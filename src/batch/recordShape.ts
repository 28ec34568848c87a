import type { OutputRecord } from './types';
import { isObject } from '../shared/json';

const SHA_256 = /^[0-9a-f]{64}$/;
const MOST_SIDE = 10_000_000;
const MOST_PATH = 4096;

/**
 * Whether a text is a path below a folder as batches write it: relative, with "/", without "..",
 * ".", empty names or control characters. Locks and journals are input like any other.
 */
export function isInnerPath(text: unknown): text is string {
  if (typeof text !== 'string' || text === '' || text.length > MOST_PATH) return false;
  if (/[\0-\x1f\x7f]/.test(text) || /^[a-z]:/i.test(text)) return false;
  const separators = process.platform === 'win32' ? /[\\/]/ : /\//;
  return text.split(separators).every((name) => name !== '' && name !== '.' && name !== '..');
}

/** Whether a value is a record; of one that was only begun the result's hash is not known. */
export function isRecord(value: unknown, isBegun = false): value is OutputRecord {
  return (
    isObject(value) &&
    isInnerPath(value.input) &&
    isHash(value.inputHash) &&
    isHash(value.settings) &&
    (isHash(value.outputHash) || (isBegun && value.outputHash === '')) &&
    isSide(value.width) &&
    isSide(value.height) &&
    (value.sourceWidth === undefined || isSide(value.sourceWidth)) &&
    (value.sourceHeight === undefined || isSide(value.sourceHeight)) &&
    (value.unverified === undefined || value.unverified === true) &&
    (value.precision === undefined || value.precision === 'int8')
  );
}

const isHash = (value: unknown): boolean => typeof value === 'string' && SHA_256.test(value);

const isSide = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) <= MOST_SIDE;
