import { stat } from 'node:fs/promises';
import { hashSource } from './hash';

/** A file that changed so lately may change again within one tick of its clock. */
const RACY_MS = 2500;
/** Larger trees are hashed again from time to time. */
const MOST_FILES = 200_000;

/** Hashes a file. Rejects with what is wrong with it. */
export type Hash = (file: string, signal?: AbortSignal) => Promise<string>;

/**
 * Hashes of files that are looked at again and again: a file is read once, and again when its
 * size, its times or its place on the disk are others. What was written in the last seconds is not
 * kept, so that a change within a tick of the file system's clock is never missed.
 */
export class HashMemory {
  private readonly known = new Map<string, { readonly mark: string; readonly hash: string }>();

  /** `now`: milliseconds as the file system counts them. */
  constructor(
    private readonly hashOf: Hash = hashSource,
    private readonly now: () => number = Date.now,
  ) {}

  readonly hash: Hash = async (file, signal) => {
    const before = await this.markOf(file);
    const known = this.known.get(file);
    if (known && before?.isOld === true && known.mark === before.mark) return known.hash;
    const hash = await this.hashOf(file, signal);
    const after = await this.markOf(file);
    if (before?.isOld === true && after?.mark === before.mark) {
      if (this.known.size >= MOST_FILES) this.known.clear();
      this.known.set(file, { mark: after.mark, hash });
    } else this.known.delete(file);
    return hash;
  };

  private async markOf(
    file: string,
  ): Promise<{ readonly mark: string; readonly isOld: boolean } | undefined> {
    const info = await stat(file, { bigint: true }).catch(() => undefined);
    if (!info?.isFile()) return undefined;
    const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = info;
    const latest = Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs);
    return {
      mark: [dev, ino, size, mtimeNs, ctimeNs].join(' '),
      isOld: this.now() - latest > RACY_MS,
    };
  }
}
