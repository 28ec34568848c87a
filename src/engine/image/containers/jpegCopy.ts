import { open } from 'node:fs/promises';
import { copyRegular } from '../../../files/copyRegular';
import { FileView } from './fileView';
import { JpegScans } from './jpegScans';
import { eachSegment } from './jpegSegments';

const [MARK, START, END] = [0xff, 0xd8, 0xd9];

/**
 * A copy of a JPEG with the end mark that it lacks: decoders refuse such a file by the same words as one
 * that is cut off, and only with the mark it shows whether anything else is missing. Undefined for
 * what is no JPEG, has its end, or lacks scans.
 */
export async function endedJpeg(file: string, copy: string): Promise<string | undefined> {
  const missing = await FileView.use(file, async (view) => {
    const begin = await view.bytes(0, 2);
    if (begin[0] !== MARK || begin[1] !== START) return undefined;
    const end = Buffer.from(await view.bytes(Math.max(2, view.size - 2), 2));
    if (end.at(-1) === END && end.at(-2) === MARK) return undefined;
    const scans = new JpegScans();
    await eachSegment(view, 'whole', (segment) => scans.add(view, segment));
    if (scans.lacking !== 'nothing') return undefined;
    return { at: view.size, bytes: end.at(-1) === MARK ? [END] : [MARK, END] };
  });
  if (!missing) return undefined;
  await copyRegular(file, copy);
  const handle = await open(copy, 'r+');
  try {
    await handle.write(Buffer.from(missing.bytes), 0, missing.bytes.length, missing.at);
  } finally {
    await handle.close();
  }
  return copy;
}
