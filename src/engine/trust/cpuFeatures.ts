import { readFile } from 'node:fs/promises';
import os from 'node:os';

/** What decides which kernels for 8 bits a processor has, as Linux names it. */
const FEATURES = /^(avx2|avx512vl|avx512_vnni|avx_vnni|avx_vnni_int8|amx_int8|asimddp|i8mm|sve)$/;

/**
 * A processor's model and what it has for products of 8 bits: what was found out of one does not
 * hold for another, though both use the same cache, as the nodes of a cluster do. Where the system
 * does not list features, the model alone.
 */
export async function cpuFeatures(
  readText: (file: string) => Promise<string> = (file) => readFile(file, 'utf8'),
): Promise<string> {
  const name = os.cpus()[0]?.model.trim() ?? '';
  const text = await readText('/proc/cpuinfo').catch(() => '');
  const listed = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? '';
  const features = listed.split(/\s+/).filter((feature) => FEATURES.test(feature));
  return [name === '' ? process.arch : name, ...features.sort()].join(' ');
}
