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

/** Of a JPEG's segment, what stands before the entries not counted. */
const MOST_BYTES = 65_000;

/** The block as a JPEG holds it; its last entries may not have had room. */
export type WrittenIptc = {
  /** Undefined when nothing can be read, or nothing is left. */
  readonly block: Buffer | undefined;
  readonly isCut: boolean;
  /** Datasets that were left out since their texts say where something is. */
  readonly places: readonly string[];
};

/**
 * The IPTC of a result as a JPEG holds it: a block of Photoshop's with nothing else in it, since
 * its thumbnails, guides and slices are the source's.
 */
export function iptcFor(block: Buffer, keepLocation: boolean): WrittenIptc {
  const records = block[0] === TAG ? block : findResource(block, IPTC_RESOURCE);
  const places: string[] = [];
  const all = records ? datasets(records, keepLocation, places) : [];
  let bytes = 0;
  const fitting = all.filter((each) => (bytes += each.length) <= MOST_BYTES);
  const kept = Buffer.concat(fitting);
  const isCut = fitting.length < all.length;
  if (kept.length === 0) return { block: undefined, isCut, places };
  const head = Buffer.alloc(12);
  head.write(RESOURCE, 0, 'latin1');
  head.writeUInt16BE(IPTC_RESOURCE, 4);
  head.writeUInt32BE(kept.length, 8);
  return {
    block: Buffer.concat([PHOTOSHOP, head, kept, Buffer.alloc(kept.length % 2)]),
    isCut,
    places,
  };
}

/** The datasets that may go on, as they stand; which ones not for what they say, into `places`. */
function datasets(records: Buffer, keepLocation: boolean, places: string[]): readonly Buffer[] {
  const kept: Buffer[] = [];
  for (let at = 0; at + 5 <= records.length && records[at] === TAG;) {
    const [record, dataset] = [records[at + 1], records[at + 2] ?? 0];
    const length = records.readUInt16BE(at + 3);
    const end = at + 5 + length;
    if (length >= LONG_LENGTH || end > records.length) break;
    const isLeftOut =
      record === APPLICATION && (PREVIEWS.has(dataset) || (!keepLocation && PLACES.has(dataset)));
    const saysWhere =
      record === APPLICATION &&
      !isLeftOut &&
      !keepLocation &&
      saysPlace(records.toString('utf8', at + 5, end));
    if (saysWhere) places.push(NAMES[dataset] ?? String(dataset));
    if (!isLeftOut && !saysWhere) kept.push(records.subarray(at, end));
    at = end;
  }
  return kept;
}
