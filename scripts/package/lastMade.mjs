/**
 * What a package was made from, kept beside it: whoever asks for the same again, as tests do, takes
 * the one that is there instead of compressing a hundred megabytes once more.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const noteOf = (file) => `${file}.json`;

/**
 * The hash of all that decides what a package holds.
 * @param {string} folder what is packed: every name and every byte below it
 * @param {readonly unknown[]} options what else matters; the scripts of this folder and the versions
 * of packages always do
 */
export function digestOf(folder, options) {
  const hash = createHash('sha256').update(JSON.stringify(options));
  for (const place of [import.meta.dirname, folder])
    for (const file of filesOf(place)) {
      const contents = readFileSync(path.join(place, file));
      hash.update(`\0${file}\0${contents.length}\0`).update(contents);
    }
  return hash.update(readFileSync('package-lock.json')).digest('hex');
}

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

/** Whether `file` is there, whole, and was made from just this. */
export function isMadeFrom(file, digest) {
  if (!existsSync(file) || !existsSync(noteOf(file))) return false;
  try {
    const noted = JSON.parse(readFileSync(noteOf(file), 'utf8'));
    return noted.digest === digest && noted.size === statSync(file).size;
  } catch {
    // Broken off while it was written.
    return false;
  }
}

/** To be called before `file` is made: what is broken off must not be taken for it. */
export const forget = (file) => rmSync(noteOf(file), { force: true });

/**
 * Notes that `file` was made.
 * @param {string} file
 * @param {string} digest
 * @param {readonly import('./vsixContents.mjs').PackedFile[]} [files] what was found inside
 */
export const note = (file, digest, files = []) =>
  writeFileSync(noteOf(file), JSON.stringify({ digest, size: statSync(file).size, files }));

/**
 * What was found inside a package when it was made.
 * @param {string} file
 * @returns {readonly import('./vsixContents.mjs').PackedFile[]}
 */
export const notedFiles = (file) => JSON.parse(readFileSync(noteOf(file), 'utf8')).files;
