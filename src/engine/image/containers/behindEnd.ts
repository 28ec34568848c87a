import type { Extra } from './facts';
import type { FileView } from './fileView';

const PIECE = 2 ** 20;

/**
 * What stands in a file behind the end of its picture, at `from`: anything but what only fills it up
 * (zeros, blanks and ends of lines).
 */
export async function behindEnd(view: FileView, from: number): Promise<readonly Extra[]> {
  for (let at = from; at < view.size; at += PIECE) {
    const piece = (await view.bytes(at, PIECE)).toString('latin1');
    if (/[^\0 \r\n\xff]/.test(piece)) return [{ bytesBehind: view.size - from }];
  }
  return [];
}
