import { readSmallText } from '../../../files/readSmall';
import { damagedBy } from '../../checkpoint/damaged';
import { ClipTokenizer } from './clipTokenizer';

/** CLIP's own merges have half a megabyte. */
export const LARGEST_MERGES = 4_000_000;

/** Reads a tokenizer from its `merges.txt`. Rejects with `checkpoint-damaged`. */
export async function readClipTokenizer(file: string): Promise<ClipTokenizer> {
  try {
    return new ClipTokenizer(
      await readSmallText(file, { limit: LARGEST_MERGES, followLinks: true }),
    );
  } catch (error) {
    throw damagedBy(file, error);
  }
}
