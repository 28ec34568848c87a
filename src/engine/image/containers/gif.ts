import type { ContainerFacts, Remark } from './facts';
import { MOST_TEXT_BYTES, type FileView } from './fileView';

const [EXTENSION, IMAGE, TRAILER] = [0x21, 0x2c, 0x3b];
const COMMENT_LABEL = 0xfe;
const SCREEN_END = 13;
/** Sub-blocks of up to 255 bytes: a picture of the largest allowed size has fewer. */
const MOST_BLOCKS = 4_000_000;

/** Walks through a GIF's blocks. (GIF89a, 15 to 27.) */
export async function gifFacts(view: FileView): Promise<ContainerFacts> {
  const remarks: Remark[] = [];
  let frames = 0;
  let blocks = 0;
  let remarkBytes = 0;
  const screen = await view.bytes(0, SCREEN_END);
  let at = SCREEN_END + tableBytes(screen[10] ?? 0);
  /** Goes on behind a chain of sub-blocks; their content if it is wanted. */
  const chain = async (wanted: boolean): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for (;;) {
      const length = (await view.bytes(at, 1))[0] ?? 0;
      at++;
      if (length === 0 || blocks++ > MOST_BLOCKS) return Buffer.concat(parts);
      if (wanted && remarkBytes < MOST_TEXT_BYTES) {
        parts.push(Buffer.from(await view.bytes(at, length)));
        remarkBytes += length;
      }
      at += length;
    }
  };
  while (blocks++ < MOST_BLOCKS) {
    const head = await view.bytes(at, 10);
    const kind = head[0];
    if (kind === undefined || kind === TRAILER) break;
    if (kind === EXTENSION) {
      at += 2;
      const isComment = head[1] === COMMENT_LABEL;
      const content = await chain(isComment);
      if (isComment && content.length > 0) remarks.push({ text: content.toString('utf8') });
    } else if (kind === IMAGE) {
      frames++;
      at += 10 + tableBytes(head[9] ?? 0) + 1;
      await chain(false);
    } else break;
  }
  return { container: 'gif', remarks, frames: Math.max(1, frames) };
}

const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
