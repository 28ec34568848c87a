/**
 * Writes a table by which all models of OpenModelDB are recognized, SHA-256 → name, author, licence,
 * purpose, into the folder of installed models:
 *
 *   git clone --depth 1 https://github.com/OpenModelDB/open-model-database
 *   node scripts/openModelDb.mjs open-model-database [folder]
 *
 * The database is under the GPL-3.0, this project under the MIT licence: so the table that lies in
 * src/engine/models/community has only what the models' authors say of those that are offered, and
 * this one, made for whoever runs the script, is no part of the project.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import envPaths from 'env-paths';

/** As the engine looks for it (src/engine/models/community/knownModels.ts). */
const NAME = 'known-models.json';
const LONGEST_PURPOSE = 160;

/** @returns {Record<string, unknown>} */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** The first sentence of a description, without markup, cut to a length that a list can show. */
export function purposeOf({ description = '' }) {
  const plain = description
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(category|purpose|pretrained|dataset)[^\n]*:\s*/gim, '')
    .replace(/[*_`#>]/g, '')
    .split(/\n\s*\n|(?<=[.!?])\s/)[0]
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > LONGEST_PURPOSE ? `${plain.slice(0, LONGEST_PURPOSE - 1)}…` : plain;
}

/** The table's rows of one model: one for each of its files. */
export function rowsOf(model, users = {}) {
  const authors = [model.author ?? []].flat().map((id) => users[id]?.name ?? id);
  return (model.resources ?? [])
    .filter(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256 ?? ''))
    .map(({ sha256 }) => [
      sha256,
      [model.name, authors.join(', '), model.license ?? '', purposeOf(model)],
    ]);
}

/** Where `src/client/modelStore.ts` says that installed models live. */
const defaultStore = () =>
  process.env.PISA_UPSCALE_STORE ??
  path.join(envPaths('pisa-upscale', { suffix: '' }).data, 'models');

/** Writes the table of a checkout into a folder, and tells how many files it knows. */
export function writeTable(checkout, folder) {
  const models = path.join(checkout, 'data/models');
  const users = readJson(path.join(checkout, 'data/users.json'));
  const rows = readdirSync(models)
    .filter((one) => one.endsWith('.json'))
    .flatMap((name) => rowsOf(readJson(path.join(models, name)), users))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, NAME);
  writeFileSync(file, `${JSON.stringify({ models: Object.fromEntries(rows) }, null, 2)}\n`);
  return { file, count: new Set(rows.map(([sha256]) => sha256)).size };
}

function main([checkout, folder = defaultStore()]) {
  if (checkout === undefined) {
    console.error('Say where the checkout of open-model-database is.');
    process.exit(2);
  }
  const { file, count } = writeTable(checkout, folder);
  console.log(`${count} files are known by ${file}.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
