import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import yauzl from 'yauzl';

/**
 * The bytes of the entries of a zip archive (a wheel) whose names end in one of `names`, in the
 * order of `names`.
 */
export async function readZipEntries(file: string, names: readonly string[]): Promise<Buffer[]> {
  const archive = await yauzl.openPromise(file);
  const found = new Map<string, Buffer>();
  try {
    for await (const entry of archive.eachEntry()) {
      const name = names.find((ending) => entry.fileName.endsWith(`/${ending}`));
      if (name !== undefined)
        found.set(name, await buffer(await archive.openReadStreamPromise(entry)));
    }
  } finally {
    archive.close();
  }
  return names.map((name) => {
    const bytes = found.get(name);
    if (!bytes) throw new Error(`${file} holds no ${name}.`);
    return bytes;
  });
}

/** Unpacks a folder of an npm package's archive and returns where it lies. */
export async function unpackTar(file: string, folder: string): Promise<string> {
  const target = `${file}.unpacked`;
  await mkdir(target, { recursive: true });
  execFileSync('tar', ['-xzf', file, '-C', target, folder]);
  return path.join(target, folder);
}
