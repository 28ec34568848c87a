/**
 * Renews the table by which models are recognized: SHA-256 → name, author, licence, purpose.
 *
 *   node scripts/openModelDb.mjs <checkout of github.com/OpenModelDB/open-model-database>
 *
 * Entries that the checkout lacks stay, so that a file once known is not forgotten.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const TABLE = path.join(ROOT, 'src/engine/models/community/openModelDb.json');
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

function main([checkout]) {
  if (checkout === undefined) {
    console.error('Say where the checkout of open-model-database is.');
    process.exit(2);
  }
  const models = path.join(checkout, 'data/models');
  const users = readJson(path.join(checkout, 'data/users.json'));
  const table = readJson(TABLE);
  const rows = new Map(Object.entries(table.models));
  for (const name of readdirSync(models).filter((one) => one.endsWith('.json')))
    for (const [sha256, row] of rowsOf(readJson(path.join(models, name)), users))
      rows.set(sha256, row);
  table.models = Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(TABLE, `${JSON.stringify(table, null, 2)}\n`);
  console.log(`${rows.size} files are known.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
