import type { Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { OutputFormat } from '../../shared/settings';
import { escapedXml, parseXml, xmlText, type XmlElement } from './xml';
import { revised } from './xmpRules';
import { NS } from './xmpNames';
import { findRdf, joinExtension, shortened, withNames, type XmpExtension } from './xmpParts';
import { fewOf } from './remarks';
import { byteWords } from '../../shared/byteText';
import { phrase, type Words } from '../../shared/phrase';

/** How a result was made. */
export type Provenance = {
  readonly model: string;
  readonly guidance: Guidance;
  readonly scale: number;
  readonly version: string;
};

/** What a result is, as far as XMP speaks of it. */
export type XmpTarget = {
  readonly format: OutputFormat;
  readonly size: Size;
  /** Size of the whole source, upright. */
  readonly sourceSize: Size;
  /** The source was turned or mirrored: what speaks of sides and places in it is no longer so. */
  readonly isTurned: boolean;
  /** Something else than the XMP says how the source is to be turned, and that was done. */
  readonly saysOrientation: boolean;
  /** Only a part of the picture. */
  readonly isPart: boolean;
  readonly keepLocation: boolean;
};

const NAMESPACE = 'https://github.com/pisa-upscale/ns/1.0/';
/** Larger packets hold thumbnails, histories or attacks, and are no use to a result. */
const MOST_BYTES = 1_000_000;
/** Of a JPEG's segment, what stands around the packet not counted. */
const MOST_JPEG_BYTES = 65_000;
const PACKET_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>';
const PACKET_END = '<?xpacket end="w"?>';

export type WrittenXmp = {
  readonly text?: string;
  readonly notes: readonly Words[];
  /** Properties that were left out since their values say where something is. */
  readonly places: readonly string[];
};

/**
 * The XMP of a result: the source's, made true of the result, and how the result was made. `text`
 * is missing when there is nothing to write; the notes say what was left out.
 */
export function xmpFor(
  source: Buffer | undefined,
  target: XmpTarget,
  provenance: Provenance | undefined,
  extensions: readonly XmpExtension[] = [],
): WrittenXmp {
  const {
    root,
    notes,
    places = [],
  } = source ? readXmp(source, target, extensions) : { root: undefined, notes: [] };
  const rdf = root && findRdf(root);
  if (!root || !rdf) {
    if (!provenance) return { notes, places };
    const added = description(provenance);
    return {
      text: `${PACKET_BEGIN}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${NS.rdf}">${added}</rdf:RDF></x:xmpmeta>${PACKET_END}`,
      notes,
      places,
    };
  }
  if (provenance) rdf.children.push(parseXml(description(provenance)));
  const tooLong = target.format === 'jpeg' ? shortened(root, rdf, MOST_JPEG_BYTES) : [];
  return {
    text: `${PACKET_BEGIN}${xmlText(root)}${PACKET_END}`,
    places,
    notes:
      tooLong.length === 0
        ? notes
        : [
            ...notes,
            phrase`XMP without ${fewOf(tooLong)}: no more than 64 KB of it can be written into a JPEG.`,
          ],
  };
}

function readXmp(
  source: Buffer,
  target: XmpTarget,
  extensions: readonly XmpExtension[],
): { root: XmlElement | undefined; notes: Words[]; places?: readonly string[] } {
  if (source.length > MOST_BYTES)
    return {
      root: undefined,
      notes: [
        phrase`XMP was left out: it has ${byteWords(source.length)}, and more than ${byteWords(MOST_BYTES)} are not read.`,
      ],
    };
  try {
    const text = decoded(source);
    if (text === '') return { root: undefined, notes: [] };
    const root = parseXml(text);
    const rdf = findRdf(root);
    if (!rdf) return { root: undefined, notes: [phrase`XMP was left out: it holds no RDF.`] };
    const missing = joinExtension(rdf, extensions);
    const notes = missing ? [phrase`The longer part of the XMP was left out: ${missing}.`] : [];
    const kept = target.keepLocation || isWrapper(root) ? root : withNames(rdf, root);
    const own = revised(kept, target);
    return { root: kept, notes: [...notes, ...own.notes], places: own.places };
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 100) : String(error);
    return {
      root: undefined,
      notes: [phrase`XMP was left out, since it is not valid XML (${reason}).`],
    };
  }
}

/** What stands around RDF by the specification, or RDF itself: names that say nothing. */
const isWrapper = ({ uri, local }: XmlElement): boolean =>
  uri === NS.rdf || (uri === NS.meta && /^x[am]pmeta$/.test(local));

/** How the letters of a packet are stored, by its mark or its first "<", as XMP's specification says. */
const ENCODINGS = [
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16le', [0x3c, 0x00]],
  ['utf-16be', [0xfe, 0xff]],
  ['utf-16be', [0x00, 0x3c]],
] as const;

/** UTF-8 or UTF-16, without what pads the packet. */
function decoded(source: Buffer): string {
  const [encoding] = ENCODINGS.find(([, begin]) =>
    begin.every((byte, at) => source[at] === byte),
  ) ?? ['utf-8'];
  return new TextDecoder(encoding, { fatal: true }).decode(source).replaceAll('\0', '').trim();
}

function description({ model, guidance, scale, version }: Provenance): string {
  const values = {
    Software: `PiSA Upscale ${version}`,
    Model: model,
    PixelGuidance: String(guidance.pixel),
    SemanticGuidance: String(guidance.semantic),
    Scale: String(scale),
  };
  const attributes = Object.entries(values).map(
    ([name, value]) => `pisa:${name}="${escapedXml(value)}"`,
  );
  return `<rdf:Description xmlns:rdf="${NS.rdf}" rdf:about="" xmlns:pisa="${NAMESPACE}" ${attributes.join(' ')}/>`;
}
