import { sequenceColours } from './av1Sequence';
import type { CodePoints, ContainerFacts } from './facts';
import { MOST_STEPS, type FileView } from './fileView';
import { itemLocations, type ItemLocation } from './itemLocations';
import { namesGainMap } from './multiPicture';
import { phrase } from '../../../shared/phrase';

/** A box: its content lies in [from, to). */
type Box = { readonly type: string; readonly from: number; readonly to: number };
type Visit = (box: Box) => Promise<void>;

const TONE_MAPPED = 'tmap';
const [AV1, HEVC, HEVC_NAME] = ['av01', 'hvc1', 'HEVC'];
/** Names of transparency: MIAF's, HEVC's. */
const ALPHA = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1'];
const [TURNS, CUT] = [['irot', 'imir'], 'clap'];
const APART = phrase`transparency that is not turned or cut as its colors are, which its decoder does not bring together`;
const MOST_META_BYTES = 16e6;
/** The sequence header is among the first bytes of a stream. */
const MOST_HEADER_BYTES = 4096;
/** Of the box with Content Credentials. (C2PA 2.1, A.5.1.) */
const CREDENTIALS = Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex');

/** Reads the boxes that describe an AVIF's primary item. (ISO/IEC 23008-12; AV1 image format.) */
export async function avifFacts(view: FileView): Promise<ContainerFacts> {
  let primary = 0;
  let [hasGainMap, hasCredentials, isSequence] = [false, false, false];
  const premultiplied = new Set<number>();
  const kinds = new Set<string>();
  const properties: Box[] = [];
  /** Item → the one that it belongs to. */
  const auxiliaries = new Map<number, number>();
  const alphas = new Set<Box>();
  /** Item → the first of those that it is put together of. */
  const pieces = new Map<number, number>();
  let locations: ReadonlyMap<number, ItemLocation> = new Map();
  let inBox = 0;
  const associations = new Map<number, number[]>();
  let steps = 0;
  const each = async (from: number, to: number, visit: Visit): Promise<void> => {
    for (let at = from; at + 8 <= to && steps++ < MOST_STEPS;) {
      const head = await view.bytes(at, 16);
      if (head.length < 8) return;
      const short = head.readUInt32BE(0);
      const isLong = short === 1 && head.length === 16;
      const size = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? to - at : short;
      if (size < 8) return;
      await visit({
        type: head.toString('latin1', 4, 8),
        from: at + (isLong ? 16 : 8),
        to: Math.min(to, at + size),
      });
      at += size;
    }
  };
  const inMeta: Visit = async (box) => {
    const { type, from, to } = box;
    if (type === 'pitm') {
      const data = await view.bytes(from, 8);
      if (data.length >= 6) primary = data[0] === 0 ? data.readUInt16BE(4) : data.readUInt32BE(4);
    } else if (type === 'iinf') {
      const version = (await view.bytes(from, 1))[0] ?? 0;
      await each(from + (version === 0 ? 6 : 8), to, async (entry) => {
        const data = await view.bytes(entry.from, Math.min(64, entry.to - entry.from));
        const kind = data.toString('latin1', data[0] === 3 ? 10 : 8, data[0] === 3 ? 14 : 12);
        kinds.add(kind);
        hasGainMap ||= kind === TONE_MAPPED;
      });
    } else if (type === 'iref') {
      const isWide = ((await view.bytes(from, 1))[0] ?? 0) !== 0;
      await each(from + 4, to, async (reference) => {
        const data = await view.bytes(reference.from, isWide ? 10 : 6);
        if (data.length < (isWide ? 10 : 6)) return;
        const from = isWide ? data.readUInt32BE(0) : data.readUInt16BE(0);
        if (reference.type === 'prem') premultiplied.add(from);
        // Behind the item and the number of those that it refers to.
        const to = isWide ? data.readUInt32BE(6) : data.readUInt16BE(4);
        if (reference.type === 'auxl') auxiliaries.set(from, to);
        else if (reference.type === 'dimg') pieces.set(from, to);
      });
    } else if (type === 'iloc') locations = itemLocations(await view.bytes(from, to - from));
    else if (type === 'idat') inBox = from;
    else if (type === 'iprp') await each(from, to, inMeta);
    else if (type === 'ipco')
      await each(from, to, async (property) => {
        properties.push(property);
        if (property.type !== 'auxC') return;
        const { from: at, to: end } = property;
        const kind = await view.bytes(at, Math.min(256, end - at));
        if (ALPHA.some((name) => kind.includes(name, 0, 'latin1'))) alphas.add(property);
        hasGainMap ||= namesGainMap(kind);
      });
    else if (type === 'ipma') readAssociations(await view.bytes(from, to - from), associations);
  };
  await each(0, view.size, async (box) => {
    if (box.type === 'ftyp') {
      const brands = await view.bytes(box.from, Math.min(256, box.to - box.from));
      for (let at = 0; at + 4 <= brands.length; at += 4)
        hasGainMap ||= brands.toString('latin1', at, at + 4) === TONE_MAPPED;
    } else if (box.type === 'moov') isSequence = true;
    else if (box.type === 'uuid')
      hasCredentials ||= CREDENTIALS.equals(await view.bytes(box.from, CREDENTIALS.length));
    else if (box.type === 'meta')
      await each(box.from + 4, Math.min(box.to, box.from + MOST_META_BYTES), inMeta);
  });
  const propertiesOf = (item: number): Box[] =>
    (associations.get(item) ?? []).flatMap((index) => properties[index - 1] ?? []);
  const own = propertiesOf(primary);
  const alpha = [...auxiliaries]
    .filter(([, to]) => to === primary)
    .map(([item]) => propertiesOf(item))
    .find((each) => each.some((box) => alphas.has(box)));
  const isApart =
    alpha !== undefined && (await turnsOf(view, alpha)) !== (await turnsOf(view, own));
  const coded = pieces.get(primary) ?? primary;
  const location = locations.get(coded);
  const codePoints = own.some(({ type }) => type === 'colr')
    ? await nclxOf(view, own)
    : await streamColours(
        view,
        propertiesOf(coded),
        location && {
          at: location.at + (location.isInBox ? inBox : 0),
          length: location.length,
        },
      );
  return {
    container: 'avif',
    remarks: [],
    hasGainMap,
    extras: hasCredentials ? ['credentials'] : [],
    ...(isSequence ? { isAnimated: true } : {}),
    ...(codePoints ? { codePoints } : {}),
    ...(premultiplied.has(primary) ? { isPremultiplied: true } : {}),
    ...(isApart ? { unsupported: APART } : {}),
    ...(kinds.has(HEVC) && !kinds.has(AV1)
      ? { unsupported: phrase`${HEVC_NAME} compression, which its decoder lacks` }
      : {}),
  };
}

/** How an item is turned, mirrored and cut, in that order, as a text. */
async function turnsOf(view: FileView, properties: readonly Box[]): Promise<string> {
  const said: string[] = [];
  for (const { type, from, to } of properties) {
    if (!TURNS.includes(type) && type !== CUT) continue;
    const content = (await view.bytes(from, Math.min(32, to - from))).toString('hex');
    if (type !== 'irot' || content !== '00') said.push(`${type} ${content}`);
  }
  return said.join();
}

/** Item → numbers of its properties, from 1 on. */
function readAssociations(data: Buffer, associations: Map<number, number[]>): void {
  if (data.length < 8) return;
  const [wideIds, wideIndices] = [data[0] !== 0, ((data[3] ?? 0) & 1) === 1];
  let at = 8;
  for (let entry = data.readUInt32BE(4); entry > 0; entry--) {
    if (at + (wideIds ? 5 : 3) > data.length) return;
    const id = wideIds ? data.readUInt32BE(at) : data.readUInt16BE(at);
    at += wideIds ? 4 : 2;
    const count = data[at++] ?? 0;
    if (at + count * (wideIndices ? 2 : 1) > data.length) return;
    const indices: number[] = [];
    for (let i = 0; i < count; i++) {
      // The first bit says whether a reader must know the property.
      indices.push(wideIndices ? data.readUInt16BE(at) & 0x7fff : (data[at] ?? 0) & 0x7f);
      at += wideIndices ? 2 : 1;
    }
    associations.set(id, indices);
  }
}

async function nclxOf(view: FileView, properties: readonly Box[]): Promise<CodePoints | undefined> {
  for (const { type, from, to } of properties) {
    if (type !== 'colr' || to - from < 11) continue;
    const data = await view.bytes(from, 11);
    if (data.toString('latin1', 0, 4) !== 'nclx' || data.length < 11) continue;
    // Whether the samples are full range is the decoder's business.
    return {
      primaries: data.readUInt16BE(4),
      transfer: data.readUInt16BE(6),
      isFullRange: true,
    };
  }
  return undefined;
}

/** Where nothing else says them: the colours that the pixels' own stream names, or its configuration. */
async function streamColours(
  view: FileView,
  properties: readonly Box[],
  pixels: { readonly at: number; readonly length: number } | undefined,
): Promise<CodePoints | undefined> {
  const config = properties.find(({ type }) => type === 'av1C');
  if (!config) return undefined;
  // A length of 0 is all the rest of the file.
  const stream =
    pixels && (await view.bytes(pixels.at, Math.min(pixels.length || Infinity, MOST_HEADER_BYTES)));
  return (
    (stream && sequenceColours(stream)) ??
    sequenceColours(
      await view.bytes(config.from + 4, Math.min(config.to - config.from - 4, MOST_HEADER_BYTES)),
    )
  );
}
