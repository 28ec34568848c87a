/**
 * Keeps what a person sees in their language: no bare English in the markup of a view, no reason of an
 * error that cannot be translated, and nothing said before the language is known.
 */

/** Attributes of elements that are shown or read aloud. */
const SHOWN_ATTRIBUTES = new Set([
  ...['title', 'label', 'placeholder', 'alt', 'tooltip', 'description'],
  ...['aria-label', 'aria-description', 'aria-valuetext', 'aria-roledescription'],
]);
const WORD = /\p{Letter}{2}/u;
/** Where errors say why a file cannot be used: what is caught completes "… can't be used: …". */
const REASONED = /src\/engine\/(?:architectures|checkpoint|graph|models|pisa)\//;
/** A reason begins within a sentence: with a small letter, a quote or a name. */
const REASON = /^\s*(?:[a-z"“]|$)/;
const LATER = /Function|PropertyDefinition|MethodDefinition/;

/** The first text of a literal, a template or a sum of these; empty where a value comes first. */
function beginningOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis[0].value.cooked ?? '';
  return node?.type === 'BinaryExpression' && node.operator === '+'
    ? beginningOf(node.left)
    : undefined;
}

/** `l10n.t`, `vscode.l10n.t` or `inWords` */
function saysAtOnce(callee) {
  if (callee.type === 'Identifier') return callee.name === 'inWords';
  if (callee.type !== 'MemberExpression' || callee.property.name !== 't') return false;
  const { object } = callee;
  return (object.type === 'Identifier' ? object.name : object.property?.name) === 'l10n';
}

/** Whether it is evaluated as soon as its file is loaded. */
function isAtStart(node) {
  for (let one = node.parent; one; one = one.parent)
    if (LATER.test(one.type)) return one.type === 'PropertyDefinition' && one.static;
  return true;
}

export const wordsInLanguage = {
  meta: {
    type: 'problem',
    docs: { description: 'says what is shown in the person’s language' },
    schema: [],
    messages: {
      bare: '"{{text}}" is shown in English only: use l10n.t.',
      reason: 'A reason stands in a translated sentence: use WordedError(phrase`…`).',
      early: 'This is said before the language is known: say it in a function.',
    },
  },
  create(context) {
    const bare = (node, text) => {
      if (WORD.test(text))
        context.report({ node, messageId: 'bare', data: { text: text.trim().slice(0, 30) } });
    };
    const early = (node) => {
      if (isAtStart(node)) context.report({ node, messageId: 'early' });
    };
    return {
      JSXText: (node) => bare(node, node.value),
      JSXAttribute: (node) => {
        const { value } = node;
        if (value?.type === 'Literal' && SHOWN_ATTRIBUTES.has(node.name.name))
          bare(node, String(value.value));
      },
      NewExpression: (node) => {
        const { callee } = node;
        if (!REASONED.test(context.filename.replaceAll('\\', '/'))) return;
        if (callee.type !== 'Identifier' || callee.name !== 'Error') return;
        const beginning = beginningOf(node.arguments[0]);
        if (beginning !== undefined && REASON.test(beginning) && node.arguments[0].value !== '')
          context.report({ node, messageId: 'reason' });
      },
      CallExpression: (node) => saysAtOnce(node.callee) && early(node),
      TaggedTemplateExpression: (node) => {
        if (node.tag.type === 'Identifier' && node.tag.name === 'say') early(node);
      },
    };
  },
};
