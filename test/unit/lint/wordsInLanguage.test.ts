import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lint } from './lintHarness';

const RULE = 'pisa(words-in-language)';
const VIEW = 'src/webview/panel/controls/Snippet.tsx';
const ENGINE = 'src/engine/checkpoint/snippet.ts';
const L10N = "import * as l10n from '@vscode/l10n';\n";
const PHRASE = "import { inWords, phrase, say, WordedError } from '../../shared/phrase';\n";

const REFUSED: Readonly<Record<string, readonly [code: string, file: string]>> = {
  'text of an element': ['export const A = () => <p>Left alone</p>;', VIEW],
  'a name for screen readers': ['export const A = () => <p aria-label="Image" />;', VIEW],
  'a tooltip': ['export const A = () => <p title="Save it" />;', VIEW],
  'a reason': ["throw new Error('it ends early');", ENGINE],
  'a reason with a value': ['throw new Error(`its tensor ${1} is missing`);', ENGINE],
  'a reason that begins with a name': ['throw new Error(`${1} is no scale`);', ENGINE],
  'a reason that begins with a quote': ["throw new Error('\"data\" must be ' + 'a list');", ENGINE],
  'a text of the module': [`${L10N}export const TEXT = l10n.t('Save');`, VIEW],
  'a table of texts': [`${L10N}export const TEXTS = { a: [l10n.t('Save')] };`, VIEW],
  'what a phrase says, in the module': [`${PHRASE}export const TEXT = say\`A\`;`, ENGINE],
  'words of the module': [`${PHRASE}export const TEXT = inWords(phrase\`A\`);`, ENGINE],
  'a static field': [`${L10N}export class A { static text = l10n.t('Save'); }`, VIEW],
};
const ALLOWED: typeof REFUSED = {
  'a translated text': [`${L10N}export const A = () => <p>{l10n.t('Left alone')}</p>;`, VIEW],
  'signs and formulas': ['export const A = () => <p>×4 · λ</p>;', VIEW],
  'a name of the page': ['export const A = () => <p class="left alone" id="saved" />;', VIEW],
  'a reason that is a phrase': [`${PHRASE}throw new WordedError(phrase\`it ends\`);`, ENGINE],
  'what only a programmer meets': ["throw new Error('No tile fits.');", ENGINE],
  'a word that nobody is shown': ["throw new Error('aborted');", 'src/engine/download/snippet.ts'],
  'a text that is passed on': ['export const f = (text: string) => new Error(text);', ENGINE],
  'a phrase of the module': [`${PHRASE}export const WORDS = phrase\`A\`;`, ENGINE],
  'a text in a function': [`${L10N}export const text = () => l10n.t('Save');`, VIEW],
  'a text in a method': [`${L10N}export class A { f() { return l10n.t('Save'); } }`, VIEW],
  'a field of an object': [`${L10N}export class A { text = l10n.t('Save'); }`, VIEW],
};

describe('the lint rule for words in the language', () => {
  const snippets = (of: typeof REFUSED) =>
    Object.values(of).map(([code, file]) => ({ code, file }));
  const refused = lint(snippets(REFUSED), RULE);
  const allowed = lint(snippets(ALLOWED), RULE);
  for (const [i, name] of Object.keys(REFUSED).entries())
    test(`refuses ${name}`, () => assert.equal(refused[i]?.length, 1, refused[i]?.join()));
  for (const [i, name] of Object.keys(ALLOWED).entries())
    test(`allows ${name}`, () => assert.deepEqual(allowed[i], []));
});
