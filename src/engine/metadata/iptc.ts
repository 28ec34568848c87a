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
/** A picture in the record, as it was. */
const PREVIEWS = new Set([200, 201, 202]);

/** Of a JPEG's segment, what stands before the entries not counted. */
const MOST_BYTES = 65_000;

/** The block as a JPEG holds it; its last entries may not have had room. */
export type WrittenIptc = { readonly block: Buffer; readonly isCut: boolean };

/**
 * The IPTC of a result as a JPEG holds it: a block of Photoshop's with nothing else in it, since
 * its thumbnails, guides and slices are the source's. Undefined when nothing can be read.
 */
export function iptcFor(block: Buffer, keepLocation: boolean): WrittenIptc | undefined {
  const records = block[0] === TAG ? block : findResource(block, IPTC_RESOURCE);
  const all = records ? datasets(records, keepLocation) : [];
  let bytes = 0;
  const fitting = all.filter((each) => (bytes += each.length) <= MOST_BYTES);
  const kept = Buffer.concat(fitting);
  if (kept.length === 0) return undefined;
  const head = Buffer.alloc(12);
  head.write(RESOURCE, 0, 'latin1');
  head.writeUInt16BE(IPTC_RESOURCE, 4);
  head.writeUInt32BE(kept.length, 8);
  return {
    block: Buffer.concat([PHOTOSHOP, head, kept, Buffer.alloc(kept.length % 2)]),
    isCut: fitting.length < all.length,
  };
}

/** The datasets that may go on, as they stand. */
function datasets(records: Buffer, keepLocation: boolean): readonly Buffer[] {
  const kept: Buffer[] = [];
  for (let at = 0; at + 5 <= records.length && records[at] === TAG;) {
    const [record, dataset] = [records[at + 1], records[at + 2] ?? 0];
    const length = records.readUInt16BE(at + 3);
    const end = at + 5 + length;
    if (length >= LONG_LENGTH || end > records.length) break;
    const isLeftOut =
      record === APPLICATION && (PREVIEWS.has(dataset) || (!keepLocation && PLACES.has(dataset)));
    if (!isLeftOut) kept.push(records.subarray(at, end));
    at = end;
  }
  return kept;
}
