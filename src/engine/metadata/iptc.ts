import { isText, isTextOfAnyEncoding, textsOfTag } from './exifTexts';
import { saysPlace } from './saidPlace';
import { PHOTOSHOP, RESOURCE, findResource } from './photoshop';

/** Photoshop's number for the resource that holds IPTC. */
const IPTC_RESOURCE = 0x0404;
const TAG = 0x1c;
/** A length with this bit is followed by one of more bytes, which no text needs. */
const LONG_LENGTH = 0x8000;
const APPLICATION = 2;
/**
 * Of the application record: content location code and name, city, sublocation, province, code and
 * name of the country.
 */
const PLACES = new Set([26, 27, 90, 92, 95, 100, 101]);
/** Those that people fill with sentences. */
const NAMES: { readonly [dataset: number]: string } = {
  5: 'Title',
  25: 'Keywords',
  40: 'Instructions',
  105: 'Headline',
  120: 'Caption',
};
/** A picture in the record, as it was. */
const PREVIEWS = new Set([200, 201, 202]);

/** Shorter ones are marks and versions, in which no place has room. */
const LEAST_BYTES = 8;
const BLANK = Buffer.from(' ');
/** Of a JPEG's segment, what stands before the entries not counted. */
const MOST_BYTES = 65_000;

/** The block as a JPEG holds it; its last entries may not have had room. */
export type WrittenIptc = {
  /** Undefined when nothing can be read, or nothing is left. */
  readonly block: Buffer | undefined;
  readonly isCut: boolean;
  /** Datasets that were left out since their texts say where something is. */
  readonly places: readonly string[];
  /** Datasets that were left out since nobody can read what they say. */
  readonly unreadable: readonly string[];
};

/**
 * The IPTC of a result as a JPEG holds it: a block of Photoshop's with nothing else in it, since
 * its thumbnails, guides and slices are the source's.
 */
export function iptcFor(block: Buffer, keepLocation: boolean): WrittenIptc {
  const records = block[0] === TAG ? block : findResource(block, IPTC_RESOURCE);
  const entries = (records ? datasets(records) : []).filter(
    ({ record, dataset }) =>
      record !== APPLICATION || (!PREVIEWS.has(dataset) && (keepLocation || !PLACES.has(dataset))),
  );
  const { all, places, unreadable } = keepLocation
    ? { all: entries, places: [], unreadable: [] }
    : withoutPlaces(entries);
  let size = 0;
  const fitting = all.filter(({ bytes: { length } }) => (size += length) <= MOST_BYTES);
  const kept = Buffer.concat(fitting.map(({ bytes }) => bytes));
  const isCut = fitting.length < all.length;
  if (kept.length === 0) return { block: undefined, isCut, places, unreadable };
  const head = Buffer.alloc(12);
  head.write(RESOURCE, 0, 'latin1');
  head.writeUInt16BE(IPTC_RESOURCE, 4);
  head.writeUInt32BE(kept.length, 8);
  return {
    block: Buffer.concat([PHOTOSHOP, head, kept, Buffer.alloc(kept.length % 2)]),
    isCut,
    places,
    unreadable,
  };
}

/** An entry as it stands, and what it says. */
type Dataset = {
  readonly record: number;
  readonly dataset: number;
  readonly bytes: Buffer;
  readonly value: Buffer;
};

/** Entries of all records, up to one that is damaged. */
function datasets(records: Buffer): readonly Dataset[] {
  const found: Dataset[] = [];
  for (let at = 0; at + 5 <= records.length && records[at] === TAG;) {
    const [record = 0, dataset = 0] = [records[at + 1], records[at + 2]];
    const length = records.readUInt16BE(at + 3);
    const end = at + 5 + length;
    if (length >= LONG_LENGTH || end > records.length) break;
    const [bytes, value] = [records.subarray(at, end), records.subarray(at + 5, end)];
    found.push({ record, dataset, bytes, value });
    at = end;
  }
  return found;
}

const nameOf = ({ record, dataset }: Dataset): string =>
  record === APPLICATION ? (NAMES[dataset] ?? String(dataset)) : `${record}:${dataset}`;

/** The application record is all texts, whose encoding few programs tell; what others hold, nobody knows. */
const isReadable = ({ record, value }: Dataset): boolean =>
  value.length < LEAST_BYTES ||
  (record === APPLICATION ? isTextOfAnyEncoding(value) : isText(value));

/** Entries of which none says a place, alone or with others of its name, and what the others are. */
function withoutPlaces(entries: readonly Dataset[]): {
  readonly all: readonly Dataset[];
  readonly places: readonly string[];
  readonly unreadable: readonly string[];
} {
  const says = ({ value }: Pick<Dataset, 'value'>): boolean =>
    textsOfTag({ value }).some(saysPlace);
  const alone = entries.filter((each) => !says(each));
  const together = new Map<string, Buffer[]>();
  for (const each of alone) {
    const values = together.get(nameOf(each)) ?? [];
    together.set(nameOf(each), values);
    values.push(each.value, BLANK);
  }
  const split = new Set(
    [...together]
      .filter(([, values]) => says({ value: Buffer.concat(values) }))
      .map(([name]) => name),
  );
  const whole = alone.filter((each) => !split.has(nameOf(each)));
  const all = whole.filter(isReadable);
  const names = (among: readonly Dataset[], without: readonly Dataset[]): string[] => {
    const left = new Set(without);
    return [...new Set(among.filter((each) => !left.has(each)).map(nameOf))];
  };
  return { all, places: names(entries, whole), unreadable: names(whole, all) };
}
