import type { FileView } from './fileView';

const [MARK, FIRST_RESTART, LAST_RESTART] = [0xff, 0xd0, 0xd7];
const PIECE = 2 ** 20;

/**
 * Where the next marker stands behind the data of a scan that begins at `from`; undefined where the file
 * ends within it. In the data a mark is followed by zero, or it restarts the decoder. (ITU-T T.81, B.1.1.2.)
 */
export async function behindScan(view: FileView, from: number): Promise<number | undefined> {
  for (let at = from; at + 1 < view.size;) {
    const piece = await view.bytes(at, PIECE);
    let mark = piece.indexOf(MARK);
    for (; mark >= 0 && mark + 1 < piece.length; mark = piece.indexOf(MARK, mark + 1)) {
      const next = piece[mark + 1] ?? 0;
      const isData = next === 0 || next === MARK || (next >= FIRST_RESTART && next <= LAST_RESTART);
      if (!isData) return at + mark;
    }
    // A mark that ends the piece is looked at with what follows it.
    at += piece.length - (mark >= 0 ? 1 : 0);
  }
  return undefined;
}
