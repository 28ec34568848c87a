import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { createPreviewFolder, type PreviewFolder } from '../../client/jobFiles';
import { chooseGuidance } from '../../shared/autoGuidance';
import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type {
  PanelPreview,
  PanelProgress,
  PanelResult,
  PanelRun,
  PanelTile,
} from '../../shared/panelProtocol';
import type { PreviewPicture, PreviewProgress, PreviewResult } from '../../shared/previewProtocol';
import { RpcError, type CallContext } from '../../shared/rpc';
import type { UpscaleSettings } from '../../shared/settings';
import { deviceName } from '../devices/deviceNames';
import type { EngineSupervisor } from '../engineSupervisor';

/** Exact parts that are kept: the webview may still be reading the one before. */
const KEPT_PARTS = 4;

export type PreviewSource = { readonly file: string; readonly settings: UpscaleSettings };

type Finished = {
  readonly key: string;
  readonly steps: readonly PanelProgress[];
  readonly answer: PanelPreview;
};

/**
 * The layers of one panel's picture: computed once for each model, kept in files as long as the
 * panel lives.
 */
export class PreviewSession {
  private run = 0;
  private controller: AbortController | undefined;
  private working: Promise<unknown> = Promise.resolve();
  private finished: Finished | undefined;
  private picture: PanelResult | undefined;
  private readonly parts: string[] = [];

  private constructor(
    private readonly folder: PreviewFolder,
    private readonly engine: EngineSupervisor,
    private readonly webview: () => vscode.Webview,
  ) {}

  static async create(
    engine: EngineSupervisor,
    webview: () => vscode.Webview,
  ): Promise<PreviewSession> {
    return new PreviewSession(await createPreviewFolder(), engine, webview);
  }

  get directory(): string {
    return this.folder.directory;
  }

  /** What the last run said of the result. */
  get result(): PanelResult | undefined {
    return this.picture;
  }

  /**
   * Computes the layers, or shows again what was computed for the same file and model. Ends the run
   * before.
   */
  async compute(
    source: PreviewSource,
    params: PanelRun & { readonly first: Rect | undefined },
    { signal, progress }: CallContext,
  ): Promise<PanelPreview> {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    const abort = (): void => controller.abort();
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const key = await keyOf(source, params);
      if (this.finished?.key === key) {
        for (const step of this.finished.steps) progress(step);
        return this.finished.answer;
      }
      const work = this.working.then(() =>
        this.infer(key, source, params, controller.signal, progress),
      );
      this.working = work.catch(() => undefined);
      return await work;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** The exact picture of a part of the result. */
  async exact(
    source: PreviewSource,
    params: PanelRun & { readonly guidance: Guidance; readonly rect: Rect },
    signal: AbortSignal,
  ): Promise<PanelTile> {
    const { guidance, rect } = params;
    const { file } = await this.engine.use((client) =>
      client.exactRegion(
        { ...this.callOf(source, params, this.directory), guidance, rect },
        { signal },
      ),
    );
    this.parts.push(path.join(this.directory, file));
    for (const old of this.parts.splice(0, Math.max(0, this.parts.length - KEPT_PARTS)))
      await rm(old, { force: true });
    return { rect, address: this.address(this.directory, file) };
  }

  /** Ends what runs and removes every file, once nothing writes any more. */
  async dispose(): Promise<void> {
    this.controller?.abort();
    await this.working;
    await this.folder.remove();
  }

  private async infer(
    key: string,
    source: PreviewSource,
    params: PanelRun & { readonly first: Rect | undefined },
    signal: AbortSignal,
    progress: CallContext['progress'],
  ): Promise<PanelPreview> {
    if (signal.aborted) throw new RpcError({ code: 'cancelled', message: 'Cancelled.' });
    this.finished = undefined;
    await rm(this.runDirectory(), { recursive: true, force: true });
    this.run++;
    const directory = this.runDirectory();
    await mkdir(directory);
    const steps: PanelProgress[] = [];
    const onProgress = (step: PreviewProgress): void => {
      const shown = this.stepOf(step, directory);
      if (shown.picture) this.picture = shown.picture;
      if (shown.tile ?? shown.picture) steps.push(shown);
      if (!signal.aborted) progress(shown);
    };
    const call = {
      ...this.callOf(source, params, directory),
      ...(params.first ? { first: params.first } : {}),
    };
    const result = await this.engine.use((client) => client.preview(call, { signal, onProgress }));
    const answer = answerOf(result);
    this.finished = { key, steps, answer };
    return answer;
  }

  private callOf(
    { file, settings }: PreviewSource,
    { model, onProcessor }: PanelRun,
    scratchDirectory: string,
  ) {
    const { device, colourFix, maxInputMegapixels } = settings;
    return {
      input: file,
      scratchDirectory,
      model,
      device: onProcessor ? ('cpu' as const) : device,
      colourFix,
      maxInputMegapixels,
    };
  }

  private stepOf(
    { done, total, device, secondsLeft, tile, picture }: PreviewProgress,
    directory: string,
  ): PanelProgress {
    return {
      done,
      total,
      device: device ? deviceName(device) : '',
      secondsLeft,
      tile: tile && { rect: tile.rect, address: this.address(directory, tile.file) },
      picture: picture && this.resultOf(picture, directory),
    };
  }

  private resultOf(
    { size, sourceSize, branches, alphaFile, exact }: PreviewPicture,
    directory: string,
  ): PanelResult {
    return {
      size,
      sourceSize,
      branches,
      exact,
      alphaAddress: alphaFile === undefined ? undefined : this.address(directory, alphaFile),
    };
  }

  private runDirectory(): string {
    return path.join(this.directory, `run-${this.run}`);
  }

  private address(directory: string, file: string): string {
    return this.webview()
      .asWebviewUri(vscode.Uri.file(path.join(directory, file)))
      .toString();
  }
}

/** Tells models, devices and versions of the file on disk apart. */
async function keyOf(
  { file, settings }: PreviewSource,
  { model, onProcessor }: PanelRun,
): Promise<string> {
  const { size, mtimeMs, ino } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0, ino: 0 }));
  return [
    file,
    ino,
    size,
    mtimeMs,
    model,
    onProcessor ? 'cpu' : settings.device,
    settings.colourFix,
  ].join('|');
}

const answerOf = ({
  device,
  seconds,
  figures,
  estimate,
  branches,
  notes,
}: PreviewResult): PanelPreview => ({
  device: deviceName(device),
  seconds: seconds.total,
  figures,
  estimate,
  auto: chooseGuidance(estimate, branches),
  notes,
});
