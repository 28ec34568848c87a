/**
 * Brings the translations up to date: npm run l10n
 *
 * Writes l10n/bundle.l10n.json from the sources, puts each language's words into the order of the
 * English ones without those that no source has any more, sets their signs as the language does, and
 * says what is left to translate or to mend.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { extractWords } from './extract.mjs';
import { typeset } from './signs.mjs';
import { KINDS, LANGUAGES, problemsOf, readWords, wordingProblems } from './translations.mjs';
import { britishWord } from './wording.mjs';

const root = path.resolve(import.meta.dirname, '../..');
function complain(where, problems) {
  if (problems.length === 0) return;
  console.log(`${where}:`);
  for (const problem of problems) console.log(`  ${problem}`);
  process.exitCode = 1;
}
const write = (name, words) =>
  writeFileSync(path.join(root, name), `${JSON.stringify(words, null, 2)}\n`);

write('l10n/bundle.l10n.json', await extractWords(root));
for (const { english: source, of } of KINDS) {
  const english = readWords(root, source);
  for (const text of Object.values(english)) {
    const word = britishWord(text);
    if (word !== undefined)
      complain(source, [`not American: "${word}" in ${JSON.stringify(text)}`]);
  }
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
    complain(name, problems);
  }
}
for (const language of LANGUAGES) complain(language, wordingProblems(root, language));
if (process.exitCode) console.log('Translate or mend what is listed, then run it again.');
