/** Reads a VSIX, and says what is wrong with it. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { describeBinary } from './binaries.mjs';
import { LARGEST_PACKAGE } from './targets.mjs';

/** Names that only binaries have. */
const NATIVE_NAME = /\.(node|dll|dylib|wasm)$|\.so(\.[\d.]+)?$/;
/** Runs on every platform. */
const PORTABLE = 'wasm';

/**
 * @typedef {object} PackedFile
 * @property {string} name
 * @property {number} size bytes, unpacked
 * @property {string | undefined} binary see `describeBinary`
 */

/**
 * @param {string} vsix
 * @returns {Promise<PackedFile[]>} by name
 */
export async function readVsix(vsix) {
  const zip = await openPromise(vsix);
  const files = [];
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      const contents = await buffer(await zip.openReadStreamPromise(entry));
      files.push({
        name: entry.fileName,
        size: contents.length,
        binary: describeBinary(contents),
      });
    }
  } finally {
    zip.close();
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Sentences about what must not be shipped; empty when all is well.
 * @param {string} vsix
 * @param {readonly PackedFile[]} files
 * @param {import('./targets.mjs').Target} target
 */
export function problemsOf(vsix, files, target) {
  const problems = [];
  const { size } = statSync(vsix);
  if (size > LARGEST_PACKAGE) problems.push(`${path.basename(vsix)} has ${size} bytes.`);
  for (const { name, binary } of files) {
    if (binary !== undefined && binary !== target.binaries && binary !== PORTABLE)
      problems.push(`${name} is ${binary}, not ${target.binaries}.`);
    if (NATIVE_NAME.test(name) && binary === undefined) problems.push(`${name} is no binary.`);
    if (name.endsWith('.map')) problems.push(`${name} is a source map.`);
  }
  for (const part of ['onnxruntime-node', '@img/sharp-'])
    if (!files.some(({ name, binary }) => name.includes(`/${part}`) && binary === target.binaries))
      problems.push(`There is no binary of ${part} for ${target.binaries}.`);
  return problems;
}
