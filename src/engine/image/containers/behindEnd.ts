import type { Extra } from './facts';
import type { FileView } from './fileView';

const PIECE = 2 ** 20;
/** No writer fills a file up with more, and gigabytes of nothing would take a minute to look through. */
const MOST_FILL = 16 * PIECE;

/**
 * What stands in a file behind the end of its picture, at `from`: anything but what only fills it up
 * (zeros, blanks and ends of lines), and whatever is more than that would be.
 */
export async function behindEnd(view: FileView, from: number): Promise<readonly Extra[]> {
  for (let at = from; at < view.size; at += PIECE) {
    if (at - from >= MOST_FILL) return [{ bytesBehind: view.size - from }];
    const piece = (await view.bytes(at, PIECE)).toString('latin1');
    if (/[^\0 \r\n\xff]/.test(piece)) return [{ bytesBehind: view.size - from }];
  }
  return [];
}
