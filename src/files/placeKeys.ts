import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { realTarget } from './paths';

/**
 * Where files really lie, as keys that are the same for the same file: a folder that is a link is
 * the one that it leads to, and names that differ in case only, or in how an accent is written, are
 * one on many machines.
 */
export class PlaceKeys {
  private readonly folders = new Map<string, Promise<string>>();

  /** Of a file that is there or not; a link in its place is not followed. */
  async of(file: string): Promise<string> {
    const folder = path.dirname(file);
    let real = this.folders.get(folder);
    if (!real) {
      real = realTarget(folder).then((found) => found ?? folder);
      this.folders.set(folder, real);
    }
    return keyOf(path.join(await real, path.basename(file)));
  }

  /** Of a file and of what it leads to, where it is a link. */
  async ofBoth(file: string): Promise<readonly string[]> {
    const own = await this.of(file);
    const content = await realpath(file).then(keyOf, () => own);
    return content === own ? [own] : [own, content];
  }
}

const keyOf = (file: string): string => file.normalize('NFC').toLowerCase();
