/**
 * Brings the translations up to date: npm run l10n
 *
 * Writes l10n/bundle.l10n.json from the sources, puts each language's words into the order of the
 * English ones without those that no source has any more, sets their signs as the language does, and
 * says what is left to translate.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { extractWords } from './extract.mjs';
import { KINDS, LANGUAGES, problemsOf, readWords, typeset } from './translations.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const write = (name, words) =>
  writeFileSync(path.join(root, name), `${JSON.stringify(words, null, 2)}\n`);

write('l10n/bundle.l10n.json', await extractWords(root));
for (const { english: source, of } of KINDS) {
  const english = readWords(root, source);
  for (const language of LANGUAGES) {
    const name = of(language);
    const had = readWords(root, name);
    const kept = Object.keys(english).filter((key) => Object.hasOwn(had, key));
    const dropped = Object.keys(had).length - kept.length;
    const words = Object.fromEntries(kept.map((key) => [key, typeset(language, had[key])]));
    write(name, words);
    const problems = problemsOf(english, words);
    console.log(
      `${name}: ${kept.length} of ${Object.keys(english).length}` +
        (dropped > 0 ? `, ${dropped} no longer used and removed` : ''),
    );
    for (const problem of problems) console.log(`  ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}
if (process.exitCode) console.log('Translate what is listed, then run it again.');
