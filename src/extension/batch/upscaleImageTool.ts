import path from 'node:path';
import * as vscode from 'vscode';
import { reallyLiesIn } from '../../batch/paths';
import { GUIDANCE_RANGE } from '../../shared/guidance';
import { RpcError } from '../../shared/rpc';
import {
  isImageName,
  isOneOf,
  OUTPUT_FORMATS,
  SCALE_RANGE,
  type OutputFormat,
} from '../../shared/settings';
import type { Config } from '../config';
import type { UpscaleJobs, UpscaleOverrides } from '../jobs/upscaleJobs';

export const UPSCALE_IMAGE_TOOL = 'pisa-upscale_upscale_image';

const MOST_PATHS = 50;

/** What a language model asks for, once it has been checked. */
type ToolRequest = {
  readonly paths: readonly string[];
  readonly scale: number | undefined;
  readonly pixel: number | undefined;
  readonly semantic: number | undefined;
  readonly format: OutputFormat | undefined;
};

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

  prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<unknown>): vscode.PreparedToolInvocation {
    const { paths, scale, format } = readRequest(input);
    const names = paths.slice(0, 5).map((file) => `\`${path.basename(file)}\``);
    const list = names.join(', ') + (paths.length > names.length ? ` … (${paths.length})` : '');
    const factor = scale ?? this.config.upscale(undefined).scale;
    return {
      invocationMessage: vscode.l10n.t('Upscaling {0}', list),
      confirmationMessages: {
        title: vscode.l10n.t('Upscale images'),
        message: new vscode.MarkdownString(
          vscode.l10n.t(
            'Upscale {0} ×{1}{2}? The results are written beside the images; nothing is replaced unless your settings say so.',
            list,
            factor,
            format === undefined ? '' : ` (${format})`,
          ),
        ),
      },
    };
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
      const results: ToolResult[] = [];
      for (const file of request.paths) {
        if (controller.signal.aborted) break;
        results.push(await this.one(file, request, controller.signal));
      }
      return new vscode.LanguageModelToolResult([
        new vscode.LanguageModelTextPart(JSON.stringify({ results })),
      ]);
    } finally {
      subscription.dispose();
    }
  }

  private async one(file: string, request: ToolRequest, signal: AbortSignal): Promise<ToolResult> {
    try {
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
  uri: vscode.Uri,
): UpscaleOverrides {
  const { guidance } = config.upscale(uri);
  return {
    ...(scale === undefined ? {} : { scale }),
    ...(format === undefined ? {} : { format }),
    guidance: { pixel: pixel ?? guidance.pixel, semantic: semantic ?? guidance.semantic },
  };
}

/** The file that a path means; it must lie in the workspace, also with every link followed. */
async function locate(file: string): Promise<vscode.Uri> {
  const folders =
    vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
  const [first] = folders;
  if (!first) throw new Error('No folder is open. Ask the user to open the folder of the image.');
  const absolute = path.isAbsolute(file)
    ? path.normalize(file)
    : path.resolve(first.uri.fsPath, file);
  for (const { uri } of folders) {
    if (!(await reallyLiesIn(uri.fsPath, absolute))) continue;
    if (!isImageName(path.basename(absolute)))
      throw new Error(`${file} is not an image that can be upscaled.`);
    return vscode.Uri.file(absolute);
  }
  throw new Error(`${file} lies outside the workspace. Use a path inside ${first.uri.fsPath}.`);
}

/** Checks what a model sent; the message tells it what to change. */
function readRequest(input: unknown): ToolRequest {
  if (typeof input !== 'object' || input === null)
    throw new Error('The input must be an object with "paths".');
  const { paths, scale, pixelGuidance, semanticGuidance, format } = input as {
    readonly [key: string]: unknown;
  };
  if (
    !Array.isArray(paths) ||
    paths.length === 0 ||
    paths.length > MOST_PATHS ||
    !paths.every((file): file is string => typeof file === 'string' && file.trim() !== '')
  ) {
    throw new Error(`"paths" must be a list of 1 to ${MOST_PATHS} paths.`);
  }
  const number = (
    name: string,
    value: unknown,
    minimum: number,
    maximum: number,
  ): number | undefined => {
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= minimum && value <= maximum) return value;
    throw new Error(`"${name}" must be a number between ${minimum} and ${maximum}.`);
  };
  if (format !== undefined && !isOneOf(OUTPUT_FORMATS, format))
    throw new Error(`"format" must be one of ${OUTPUT_FORMATS.join(', ')}.`);
  return {
    paths,
    scale: number('scale', scale, SCALE_RANGE.minimum, SCALE_RANGE.maximum),
    pixel: number('pixelGuidance', pixelGuidance, GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum),
    semantic: number(
      'semanticGuidance',
      semanticGuidance,
      GUIDANCE_RANGE.minimum,
      GUIDANCE_RANGE.maximum,
    ),
    format,
  };
}
