import path from 'node:path';
import * as vscode from 'vscode';
import { reallyLiesIn } from '../../files/paths';
import { RpcError } from '../../shared/rpc';
import { formatFromName } from '../../shared/extensions';
import { isImageName, type OutputFormat } from '../../shared/settings';
import { outputPath } from '../comparison/outputNames';
import { workspaceRoot } from '../workspaceRoot';
import type { Config } from '../config';
import type { UpscaleJobs, UpscaleOverrides } from '../jobs/upscaleJobs';
import { plainMarkdown } from '../ui/markdown';
import { toolConfirmation, type ToolStep } from './toolConfirmation';
import { readRequest, type ToolRequest } from './toolRequest';
import { byCount } from '../../shared/locale';

/** One line of the answer. */
type ToolResult = {
  readonly input: string;
  readonly output?: string;
  readonly width?: number;
  readonly height?: number;
  readonly skipped?: boolean;
  readonly notes?: readonly string[];
  readonly error?: string;
};

/**
 * The tool by which a language model upscales images of the workspace, after the person has
 * confirmed it.
 */
export class UpscaleImageTool implements vscode.LanguageModelTool<unknown> {
  constructor(
    private readonly jobs: UpscaleJobs,
    private readonly config: Config,
  ) {}

  async prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<unknown>): Promise<vscode.PreparedToolInvocation> {
    const { paths, scale, format } = readRequest(input);
    const formats = await this.formatsOf(paths);
    const steps = paths.map((file) => this.stepOf(file, { scale, format }, formats.get(file)));
    const factor = scale ?? this.config.upscale(undefined).scale;
    const { t } = vscode.l10n;
    return {
      invocationMessage: byCount(
        paths.length,
        t('Upscaling an image'),
        t('Upscaling {0} images', paths.length),
      ),
      confirmationMessages: {
        title: t('Upscale Images'),
        message: plainMarkdown(toolConfirmation(steps, { scale: factor, format }, t)),
      },
    };
  }

  /** Formats by the bytes, of those that may be read. */
  private async formatsOf(
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, OutputFormat | undefined>> {
    const found = await Promise.all(
      paths.map((file) =>
        locate(file).then(
          (uri) => ({ file, uri }),
          () => undefined,
        ),
      ),
    );
    const readable = found.filter((one) => one !== undefined);
    const formats = await this.jobs.formats(readable.map(({ uri }) => uri));
    return new Map(readable.map(({ file }, index) => [file, formats[index]]));
  }

  /** What would be made of a file, by the settings of its folder. */
  private stepOf(
    file: string,
    { scale, format }: Pick<ToolRequest, 'scale' | 'format'>,
    original: OutputFormat | undefined = formatFromName(file),
  ): ToolStep {
    const uri = vscode.Uri.file(absolutePath(file));
    const settings = this.config.upscale(uri);
    const choice = {
      ...settings,
      scale: scale ?? settings.scale,
      format: format ?? settings.format,
      pixelArt: settings.asset.pixelArt ?? 'auto',
    };
    let output: string | undefined;
    try {
      output = shownPath(
        vscode.Uri.file(outputPath(uri.fsPath, choice, settings, original, workspaceRoot(uri))),
      );
    } catch {
      // A name pattern that can't be used; running says what is wrong with it.
    }
    return { input: shownPath(uri), output, overwrite: settings.overwrite };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<unknown>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const request = readRequest(input);
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    try {
      const { signal } = controller;
      const results: ToolResult[] = [];
      const refused = await this.refused(request, signal);
      for (const [index, file] of request.paths.entries()) {
        if (signal.aborted) break;
        results.push(await this.one(file, request, refused[index], signal));
      }
      return new vscode.LanguageModelToolResult([
        new vscode.LanguageModelTextPart(JSON.stringify({ results })),
      ]);
    } finally {
      subscription.dispose();
    }
  }

  private async refused(
    request: ToolRequest,
    signal: AbortSignal,
  ): ReturnType<UpscaleJobs['refused']> {
    const pictures = await Promise.all(
      request.paths.map((file) => locate(file).catch(() => undefined)),
    );
    return this.jobs.refused(
      pictures,
      (index) => overridesOf(request, this.config, pictures[index]),
      signal,
    );
  }

  private async one(
    file: string,
    request: ToolRequest,
    refused: RpcError | undefined,
    signal: AbortSignal,
  ): Promise<ToolResult> {
    try {
      if (refused) throw refused;
      const uri = await locate(file);
      const { output, width, height, skipped, notes } = await this.jobs.render(
        uri,
        overridesOf(request, this.config, uri),
        signal,
        () => undefined,
      );
      return {
        input: file,
        output,
        width,
        height,
        ...(skipped ? { skipped } : {}),
        ...(notes.length > 0 ? { notes } : {}),
      };
    } catch (error) {
      const { message, hint } = RpcError.from(error);
      return { input: file, error: `${message}${hint === undefined ? '' : ` ${hint}`}` };
    }
  }
}

function overridesOf(
  { scale, pixel, semantic, format }: ToolRequest,
  config: Config,
  uri: vscode.Uri | undefined,
): UpscaleOverrides {
  const { guidance } = config.upscale(uri);
  return {
    ...(scale === undefined ? {} : { scale }),
    ...(format === undefined ? {} : { format }),
    guidance: { pixel: pixel ?? guidance.pixel, semantic: semantic ?? guidance.semantic },
  };
}

/** A path of the workspace as the explorer shows it; any other is whole. */
const shownPath = (uri: vscode.Uri): string => vscode.workspace.asRelativePath(uri);

function absolutePath(file: string): string {
  const [first] = localFolders();
  return path.isAbsolute(file) || !first
    ? path.normalize(file)
    : path.resolve(first.uri.fsPath, file);
}

const localFolders = (): readonly vscode.WorkspaceFolder[] =>
  vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];

/** The file that a path means; it must lie in the workspace, also with every link followed. */
async function locate(file: string): Promise<vscode.Uri> {
  const folders = localFolders();
  const [first] = folders;
  if (!first) throw new Error('No folder is open. Ask the user to open the folder of the image.');
  const absolute = absolutePath(file);
  for (const { uri } of folders) {
    if (!(await reallyLiesIn(uri.fsPath, absolute))) continue;
    if (!isImageName(path.basename(absolute)))
      throw new Error(`${file} is not an image that can be upscaled.`);
    return vscode.Uri.file(absolute);
  }
  throw new Error(`${file} lies outside the workspace. Use a path inside ${first.uri.fsPath}.`);
}
