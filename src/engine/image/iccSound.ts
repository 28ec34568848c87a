import { iccTags } from './iccTags';

const HEADER_BYTES = 128;
const [CLASS_AT, SPACE_AT, CONNECTION_AT, SIGNATURE_AT] = [12, 16, 20, 36];
/** Of devices and colour spaces; others connect profiles or name single colours. (ICC.1, 7.2.5.) */
const CLASSES = ['scnr', 'mntr', 'prtr', 'spac'];
const CONNECTIONS = ['XYZ ', 'Lab '];
const COLUMNS = ['rXYZ', 'gXYZ', 'bXYZ'];
const CURVES = ['rTRC', 'gTRC', 'bTRC'];
/** Tables of colours, which come before all else, by what they begin with and are at least long. */
const TABLES: { readonly [type: string]: number } = { mft1: 48, mft2: 52, 'mAB ': 32 };
/** Numbers of a curve that is a formula, by its kind. (ICC.1, 10.18.) */
const PARAMETERS = [1, 3, 4, 5, 7];
const MOST_ENTRIES = 32_767;

/**
 * The space of the values that a profile speaks of; undefined for what is no profile, or lacks what
 * says what its values mean: a JPEG has it in segments, of which one may be missing, and a header
 * may stand before rubbish.
 */
export function soundSpace(icc: Buffer): string | undefined {
  const word = (at: number): string => icc.toString('latin1', at, at + 4);
  if (
    icc.length <= HEADER_BYTES ||
    word(SIGNATURE_AT) !== 'acsp' ||
    icc.readUInt32BE(0) > icc.length ||
    !CLASSES.includes(word(CLASS_AT)) ||
    !CONNECTIONS.includes(word(CONNECTION_AT))
  )
    return undefined;
  const space = word(SPACE_AT);
  return saysAll(iccTags(icc), space) ? space : undefined;
}

/** Whether values can be told by these tags. */
function saysAll(tags: ReadonlyMap<string, Buffer>, space: string): boolean {
  const table = tags.get('A2B0');
  if (table) return isTable(table);
  const all = (names: readonly string[], is: (tag: Buffer) => boolean): boolean =>
    names.every((name) => {
      const tag = tags.get(name);
      return tag !== undefined && is(tag);
    });
  switch (space) {
    case 'RGB ':
      return all(COLUMNS, isPoint) && all(CURVES, isCurve);
    case 'GRAY':
      return all(['kTRC'], isCurve);
    default:
      return false;
  }
}

const typeOf = (tag: Buffer): string => tag.toString('latin1', 0, 4);
const isTable = (tag: Buffer): boolean => tag.length >= (TABLES[typeOf(tag)] ?? Infinity);
const isPoint = (tag: Buffer): boolean => typeOf(tag) === 'XYZ ' && tag.length >= 20;

/** A table of light, a power, or a formula. */
export function isCurve(tag: Buffer): boolean {
  if (tag.length < 12) return false;
  if (typeOf(tag) === 'curv') {
    const entries = tag.readUInt32BE(8);
    return entries <= MOST_ENTRIES && tag.length >= 12 + 2 * entries;
  }
  const parameters = typeOf(tag) === 'para' ? PARAMETERS[tag.readUInt16BE(8)] : undefined;
  return parameters !== undefined && tag.length >= 12 + 4 * parameters;
}
