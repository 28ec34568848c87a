import * as vscode from 'vscode';
import type { Composition } from './composition';
import { COMMAND_IDS } from './commands/commandIds';
import { IMAGE_ACTION } from './references/imageActionKind';
import { referenceAt } from './references/imageReferences';
import { registerHovers } from './ui/hovers';
import {
  BATCH_VIEW,
  COMPARISON_EDITOR,
  COMPARISON_VIEW,
  TASK_TYPE,
  UPSCALE_IMAGE_TOOL,
} from './contributedIds';

/** Languages that name pictures by their paths. */
const NAMING_IMAGES: vscode.DocumentSelector = [
  ...['markdown', 'mdx', 'html', 'handlebars', 'vue', 'svelte', 'astro'],
  ...['css', 'scss', 'sass', 'less', 'stylus'],
  ...['javascript', 'javascriptreact', 'typescript', 'typescriptreact'],
].flatMap((language) =>
  ['file', 'vscode-remote'].map((scheme): vscode.DocumentFilter => ({ language, scheme })),
);

/** Settings and recipes. */
const NAMING_MODELS: vscode.DocumentSelector = ['json', 'jsonc'].flatMap((language) =>
  ['**/settings.json', '**/*.code-workspace', '**/.pisa-upscale.json'].map(
    (pattern): vscode.DocumentFilter => ({ language, pattern }),
  ),
);
/** The line up to the cursor, where the id of a model may stand. */
const NAMES_MODEL = /"(?:pisaUpscale\.)?(?:model|restore)"\s*:\s*"?[^"]*$/;

/** Whether the cursor or the pointer is in such a path, by its letters alone. */
const namesImage = (document: vscode.TextDocument, { line, character }: vscode.Position): boolean =>
  referenceAt(document.lineAt(line).text, character) !== undefined;

/**
 * Registers all that VS Code may ask for: commands, views, tasks and the tool. What answers is loaded
 * by the first of them, so that a window which upscales nothing pays for a few names only.
 */
export function registerEntries(load: () => Promise<Composition>): vscode.Disposable {
  return vscode.Disposable.from(
    ...COMMAND_IDS.map((id) =>
      vscode.commands.registerCommand(id, async (...args: readonly unknown[]) =>
        (await load()).runCommand(id, args),
      ),
    ),
    vscode.window.registerWebviewPanelSerializer(COMPARISON_VIEW, {
      deserializeWebviewPanel: async (panel, state) =>
        (await load()).comparisons.deserializeWebviewPanel(panel, state),
    }),
    vscode.window.registerWebviewPanelSerializer(BATCH_VIEW, {
      deserializeWebviewPanel: async (panel, state) =>
        (await load()).batches.deserializeWebviewPanel(panel, state),
    }),
    vscode.window.registerCustomEditorProvider(
      COMPARISON_EDITOR,
      {
        openCustomDocument: (uri): vscode.CustomDocument => ({ uri, dispose: () => undefined }),
        resolveCustomEditor: async ({ uri }, panel) =>
          (await load()).comparisons.fillEditor(uri, panel),
      } satisfies vscode.CustomReadonlyEditorProvider,
      { supportsMultipleEditorsPerDocument: true },
    ),
    vscode.tasks.registerTaskProvider(TASK_TYPE, {
      provideTasks: async () => (await load()).batchTasks.provideTasks(),
      resolveTask: async (task) => (await load()).batchTasks.resolveTask(task),
    }),
    registerHovers(NAMING_IMAGES, async (document, position, token) =>
      namesImage(document, position)
        ? (await load()).imageHover.tell(document, position, token)
        : undefined,
    ),
    vscode.languages.registerCodeActionsProvider(
      NAMING_IMAGES,
      {
        provideCodeActions: async (document, range, _context, token) =>
          namesImage(document, range.start)
            ? [...(await (await load()).imageActions.provideCodeActions(document, range, token))]
            : [],
      },
      { providedCodeActionKinds: [IMAGE_ACTION] },
    ),
    vscode.languages.registerCompletionItemProvider(
      NAMING_MODELS,
      {
        provideCompletionItems: async (document, position, token) =>
          NAMES_MODEL.test(document.lineAt(position).text.slice(0, position.character))
            ? (await load()).modelCompletions.provideCompletionItems(document, position, token)
            : [],
      },
      '"',
    ),
    vscode.lm.registerTool(UPSCALE_IMAGE_TOOL, {
      prepareInvocation: async (options) => (await load()).upscaleTool.prepareInvocation(options),
      invoke: async (options, token) => (await load()).upscaleTool.invoke(options, token),
    }),
  );
}
