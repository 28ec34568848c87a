/**
 * Refuses every way to show text but through the one file that makes untrusted words harmless (see
 * src/shared/safeText.ts). It looks at names, not at types, so that an alias is no way around: what
 * could give `vscode.window`, `console` or `process.stdout` another name is refused, too.
 */

/** The names that only one file may use, and what that file offers instead. */
const GUARDED = [
  {
    names: ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'],
    only: 'src/extension/ui/notifications.ts',
  },
  { names: ['withProgress'], only: 'src/extension/ui/progress.ts' },
  {
    names: ['showQuickPick', 'createQuickPick', 'showInputBox', 'createInputBox'],
    only: 'src/extension/ui/quickPick.ts',
  },
  {
    names: ['setStatusBarMessage', 'createStatusBarItem'],
    only: 'src/extension/ui/statusBar.ts',
  },
  { names: ['MarkdownString', 'appendMarkdown'], only: 'src/extension/ui/markdown.ts' },
  { names: ['registerHoverProvider', 'Hover'], only: 'src/extension/ui/hovers.ts' },
  { names: ['createOutputChannel'], only: 'src/extension/log.ts' },
  { names: ['Pseudoterminal', 'createTerminal'], only: 'src/extension/ui/lineTerminal.ts' },
  { names: ['createWebviewPanel'], only: 'src/extension/ui/panels.ts' },
  {
    names: ['createTreeView', 'registerTreeDataProvider', 'TreeItem'],
    only: undefined,
  },
  {
    names: ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'dangerouslySetInnerHTML'],
    only: undefined,
  },
];
const WRAPPER_OF = new Map(GUARDED.flatMap(({ names, only }) => names.map((name) => [name, only])));

/** Where a program's streams may be written to; the engine has one sentence of its own. */
const STREAMS = ['src/cli/terminal.ts', 'src/engine/main.ts'];
const PROGRAM_MODULES = ['process', 'node:process', 'console', 'node:console'];

const nameOf = (node) =>
  node.type === 'Identifier' || node.type === 'PrivateIdentifier'
    ? node.name
    : node.type === 'Literal' && typeof node.value === 'string'
      ? node.value
      : undefined;

export const onlyThroughWrappers = {
  meta: {
    type: 'problem',
    docs: { description: 'shows text only through the files that make untrusted words harmless' },
    schema: [],
    messages: {
      wrapper: '"{{name}}" shows text: use {{file}}, which makes untrusted words harmless.',
      none: '"{{name}}" shows text and has no wrapper: write one that uses src/shared/safeText.ts.',
      alias: '"{{name}}" must not get another name or be reached by a computed one.',
      stream: 'Text goes to a terminal only through src/cli/terminal.ts.',
    },
  },
  create(context) {
    const file = context.filename.replaceAll('\\', '/');
    const isFile = (name) => name !== undefined && file.endsWith(`/${name}`);
    const text = (node) => context.sourceCode.getText(node);
    /** A page's console is seen by who opens the developer tools, and knows no codes. */
    const isPage = file.includes('/src/webview/');

    function check(name, node) {
      if (!WRAPPER_OF.has(name)) return;
      const wrapper = WRAPPER_OF.get(name);
      if (isFile(wrapper)) return;
      context.report({
        node,
        messageId: wrapper === undefined ? 'none' : 'wrapper',
        data: { name, file: wrapper ?? '' },
      });
    }

    /** `vscode`, `vscode.window` and `process` are only looked into, never passed on. */
    function checkAlias(node) {
      const { parent } = node;
      const isLookedInto =
        (parent.type === 'MemberExpression' && parent.object === node && isNamed(parent)) ||
        parent.type === 'TSQualifiedName';
      const isDeclared = parent.type.startsWith('Import');
      if (!isLookedInto && !isDeclared)
        context.report({ node, messageId: 'alias', data: { name: text(node) } });
    }
    const isNamed = ({ computed, property }) => !computed || property.type === 'Literal';

    return {
      MemberExpression(node) {
        const name = node.computed
          ? node.property.type === 'Literal'
            ? String(node.property.value)
            : undefined
          : nameOf(node.property);
        if (name !== undefined) check(name, node.property);
        if (name === 'window' && text(node.object) === 'vscode') checkAlias(node);
        if (
          (name === 'stdout' || name === 'stderr') &&
          ['process', 'globalThis.process'].includes(text(node.object)) &&
          !STREAMS.some(isFile)
        )
          context.report({ node, messageId: 'stream' });
        if (name === 'console' && text(node.object) === 'globalThis')
          context.report({ node, messageId: 'stream' });
      },
      Property(node) {
        // A pattern takes things out by their names; an object only has them.
        if (node.parent.type !== 'ObjectPattern') return;
        const name = nameOf(node.key);
        if (name !== undefined) check(name, node.key);
      },
      JSXAttribute(node) {
        if (node.name.type === 'JSXIdentifier') check(node.name.name, node);
      },
      ImportDeclaration(node) {
        if (PROGRAM_MODULES.includes(node.source.value))
          context.report({ node, messageId: 'stream' });
      },
      ImportSpecifier(node) {
        if (node.parent.source.value !== 'vscode' || node.importKind === 'type') return;
        if (node.parent.importKind === 'type') return;
        context.report({ node, messageId: 'alias', data: { name: nameOf(node.imported) ?? '' } });
      },
      TSQualifiedName(node) {
        if (node.right.name === 'Pseudoterminal') check('Pseudoterminal', node.right);
      },
      Identifier(node) {
        if (node.name === 'vscode' && !isKey(node) && isImported(node)) checkAlias(node);
        if (node.name === 'process' && !isKey(node) && isProgram(node)) checkAlias(node);
        if (node.name === 'console' && !isKey(node) && !isPage && !STREAMS.some(isFile))
          context.report({ node, messageId: 'stream' });
      },
    };

    /** A name of a member, not of a variable. */
    function isKey(node) {
      const { parent } = node;
      return (
        (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
        (parent.type === 'Property' && parent.key === node && !parent.shorthand) ||
        [
          'PropertyDefinition',
          'TSPropertySignature',
          'MethodDefinition',
          'ImportSpecifier',
        ].includes(parent.type)
      );
    }

    /** The module of the editor, not a variable that is called so. */
    function isImported(node) {
      return variableOf(node)?.defs[0]?.type === 'ImportBinding';
    }

    /** Node's `process`, not a variable that is called so. */
    function isProgram(node) {
      return (variableOf(node)?.defs.length ?? 0) === 0;
    }

    function variableOf(node) {
      for (let scope = context.sourceCode.getScope(node); scope; scope = scope.upper) {
        const variable = scope.set.get(node.name);
        if (variable) return variable;
      }
      return undefined;
    }
  },
};
