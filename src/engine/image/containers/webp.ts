import type { ContainerFacts } from './facts';
import { phrase } from '../../../shared/phrase';
import { MOST_STEPS, type FileView } from './fileView';

const FRAME_HEADER_BYTES = 16;
/** Behind place and size of a frame. */
const DURATION_AT = 12;
/** Flags of the header, and of a lossless bitstream behind its signature and size. */
const [HEADER_ALPHA, STREAM_ALPHA, STREAM_FLAGS_AT] = [0x10, 0x10, 4];
const UNANNOUNCED = phrase`The source has transparency that its header does not announce; it was left out.`;

/** Walks through a WebP's chunks, and those of its frames. (RFC 9649, 2.) */
export async function webpFacts(view: FileView): Promise<ContainerFacts> {
  let [lossy, lossless, frames] = [0, 0, 0];
  let [isExtended, isAnnounced, hasAlpha, hasCredentials] = [false, false, false, false];
  const delays: number[] = [];
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
      at += 8 + length + (length % 2);
    }
  };
  await walk(12, view.size);
  return {
    container: 'webp',
    remarks: [],
    isLossless: lossless > 0 && lossy === 0,
    frames: Math.max(1, frames),
    delays,
    extras: hasCredentials ? ['credentials'] : [],
    ...(isExtended && hasAlpha && !isAnnounced ? { note: UNANNOUNCED } : {}),
  };
}
