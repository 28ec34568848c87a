import type { ContainerFacts } from './facts';
import { phrase } from '../../../shared/phrase';
import { behindEnd } from './behindEnd';
import { MOST_STEPS, type FileView } from './fileView';

const FRAME_HEADER_BYTES = 16;
/** Behind place and size of a frame. */
const DURATION_AT = 12;
/** Flags of the header, and of a lossless bitstream behind its signature and size. */
const [HEADER_ALPHA, STREAM_ALPHA, STREAM_FLAGS_AT] = [0x10, 0x10, 4];
/** Chunks that say how the pixels are stored, go on into results or are told elsewhere. */
const KNOWN = 'VP8 |VP8L|VP8X|ALPH|ANIM|ANMF|ICCP|EXIF|XMP |C2PA'.split('|');
const NAME = /^[!-~]{3}[ -~]$/;
const UNANNOUNCED = phrase`The source has transparency that its header does not announce; it was left out.`;

/** Walks through a WebP's chunks, and those of its frames. (RFC 9649, 2.) */
export async function webpFacts(view: FileView): Promise<ContainerFacts> {
  let [lossy, lossless, frames] = [0, 0, 0];
  let [isExtended, isAnnounced, hasAlpha, hasCredentials] = [false, false, false, false];
  const delays: number[] = [];
  const ofPrograms = new Set<string>();
  let steps = 0;
  const walk = async (from: number, end: number): Promise<void> => {
    for (let at = from; at + 8 <= end && steps++ < MOST_STEPS;) {
      const head = await view.bytes(at, 8);
      if (head.length < 8) return;
      const type = head.toString('latin1', 0, 4);
      const length = head.readUInt32LE(4);
      if (type === 'VP8 ') lossy++;
      else if (type === 'VP8L') {
        lossless++;
        const flags = (await view.bytes(at + 8, STREAM_FLAGS_AT + 1))[STREAM_FLAGS_AT] ?? 0;
        hasAlpha ||= (flags & STREAM_ALPHA) !== 0;
      } else if (type === 'ALPH') hasAlpha = true;
      else if (type === 'C2PA') hasCredentials = true;
      else if (type === 'VP8X') {
        isExtended = true;
        isAnnounced = (((await view.bytes(at + 8, 1))[0] ?? 0) & HEADER_ALPHA) !== 0;
      } else if (type === 'ANMF' && from === 12) {
        frames++;
        const header = await view.bytes(at + 8, FRAME_HEADER_BYTES);
        if (header.length === FRAME_HEADER_BYTES) delays.push(header.readUIntLE(DURATION_AT, 3));
        await walk(at + 8 + FRAME_HEADER_BYTES, at + 8 + length);
      }
      if (!KNOWN.includes(type) && NAME.test(type)) ofPrograms.add(type.trim());
      at += 8 + length + (length % 2);
    }
  };
  // The file's own length, which programs that add nothing behind it keep true.
  const said = (await view.bytes(4, 4)).readUInt32LE() + 8;
  const end = said >= 20 && said <= view.size ? said : view.size;
  await walk(12, end);
  return {
    container: 'webp',
    remarks: [],
    isLossless: lossless > 0 && lossy === 0,
    frames: Math.max(1, frames),
    delays,
    extras: [
      ...(hasCredentials ? (['credentials'] as const) : []),
      ...(ofPrograms.size > 0 ? [{ ofPrograms: [...ofPrograms] }] : []),
      ...(await behindEnd(view, end + (end % 2))),
    ],
    ...(isExtended && hasAlpha && !isAnnounced ? { note: UNANNOUNCED } : {}),
  };
}
