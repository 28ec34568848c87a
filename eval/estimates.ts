import { readdirSync } from 'node:fs';
import path from 'node:path';
import { estimateOf } from '../src/engine/estimate/estimateDegradation';
import { readPicture } from './picture';

/**
 * Prints the engine's estimate of every PNG of a folder, by name: levels of noise, pixels of blur,
 * blockiness.
 */
async function main(folder: string): Promise<void> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
  for (const name of names.sort()) {
    const { data, width, height } = await readPicture(path.join(folder, name));
    const luma = Float32Array.from(
      { length: width * height },
      (_, i) =>
        0.299 * (data[3 * i] ?? 0) +
        0.587 * (data[3 * i + 1] ?? 0) +
        0.114 * (data[3 * i + 2] ?? 0),
    );
    const found = estimateOf([{ width, height, luma }]);
    console.log([found.noise, found.blur, found.blockiness].map((x) => x.toFixed(4)).join(','));
  }
}

void main(process.argv[2] ?? '.');
