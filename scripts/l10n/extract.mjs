/** Finds every text of the sources that a person may see in their language. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import ts from 'typescript';

/** Tags of templates that carry their values to whoever knows the language (`shared/phrase`). */
const PHRASES = ['phrase', 'say'];
/** `vscode.l10n.t` where it is handed to code that must not import vscode (`Translate`). */
const TRANSLATE = 't';
/** What a file has that has any of them; the others, more than half, needn't be parsed. */
const HAS_WORDS = /\b(?:phrase|say)\b|\bt\s*[(<?]/;

/**
 * The words of `l10n.t`, of a `Translate` and of `phrase`, as a bundle whose values are its keys.
 *
 * @param {string} root the repository
 * @returns {Promise<Record<string, string>>} by key
 * @throws when a text is put together at run time, since nobody could translate it
 */
export async function extractWords(root) {
  const files = readdirSync(path.join(root, 'src'), { recursive: true })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => ({ name, contents: readFileSync(path.join(root, 'src', name), 'utf8') }));
  const found = await wordsOf(files);
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * @param {readonly { name: string, contents: string }[]} files
 * @returns {Promise<Record<string, string>>} by key
 */
export async function wordsOf(files) {
  const problems = [];
  const texts = files.flatMap((file) => textsIn(file, problems));
  if (problems.length > 0)
    throw new Error(
      `A text to be translated must be a literal, and one in it a phrase: ${problems.join(', ')}`,
    );
  // As one file: for each l10n-dev would prepare its queries anew, a tenth of a second.
  const calls = texts.map((text) => `vscode.l10n.t(${JSON.stringify(text)});`);
  const contents = ["import * as vscode from 'vscode';", ...calls].join('\n');
  const bundle = await getL10nJson([{ contents, extension: '.ts' }]);
  return Object.fromEntries(
    Object.entries(bundle).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : value.message,
    ]),
  );
}

/** The words of `l10n.t`, of a `Translate` and of `phrase`, in the order of a file. */
function textsIn({ name, contents }, problems) {
  if (!HAS_WORDS.test(contents)) return [];
  const source = ts.createSourceFile(name, contents, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (ts.isTaggedTemplateExpression(node) && PHRASES.includes(node.tag.getText())) {
      found.push(templateOf(node.template));
      if (hasBareText(node.template)) problems.push(placeOf(source, node));
    }
    if (ts.isCallExpression(node) && isTranslation(node.expression)) {
      const [text] = node.arguments;
      if (!text || !ts.isStringLiteralLike(text)) problems.push(placeOf(source, node));
      else found.push(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Whether a value of a phrase is a text of the sources that is no phrase: it stayed English. */
function hasBareText(template) {
  const values = ts.isTemplateExpression(template)
    ? template.templateSpans.map(({ expression }) => expression)
    : [];
  return values.some(function isBare(value) {
    if (ts.isConditionalExpression(value)) return isBare(value.whenTrue) || isBare(value.whenFalse);
    if (ts.isBinaryExpression(value)) return isBare(value.left) || isBare(value.right);
    return ts.isTemplateExpression(value) || ts.isStringLiteralLike(value)
      ? /\p{Letter}{2}/u.test(value.getText())
      : false;
  });
}

/** `t`, `l10n.t` or `vscode.l10n.t` */
const isTranslation = (callee) =>
  ts.isIdentifier(callee)
    ? callee.text === TRANSLATE
    : ts.isPropertyAccessExpression(callee) &&
      callee.name.text === TRANSLATE &&
      /(^|\.)l10n$/.test(callee.expression.getText());

/** `a ${x} b` is the key "a {0} b", as `phrase` makes it. */
const templateOf = (template) =>
  ts.isNoSubstitutionTemplateLiteral(template)
    ? template.text
    : template.head.text +
      template.templateSpans.map(({ literal }, index) => `{${index}}${literal.text}`).join('');

function placeOf(source, node) {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${source.fileName}:${line + 1}`;
}
