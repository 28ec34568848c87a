import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { createPreviewFolder, type PreviewFolder } from '../../client/jobFiles';
import { chooseGuidance } from '../../shared/autoGuidance';
import { addFigures, NO_FIGURES } from '../../shared/panelFigures';
import type {
  PanelExactPart,
  PanelPart,
  PanelPreview,
  PanelProgress,
  PanelResult,
  PanelRun,
  PanelTile,
} from '../../shared/panelProtocol';
import type {
  EncodedSizeRequest,
  PreviewProgress,
  PreviewResult,
  PreviewTile,
} from '../../shared/previewProtocol';
import { panelResultOf } from '../../shared/panelResult';
import { RpcError, type CallContext } from '../../shared/rpc';
import type { UpscaleSettings } from '../../shared/settings';
import { deviceName } from '../devices/deviceNames';
import type { EngineSupervisor } from '../engineSupervisor';

/** Exact parts that are kept: the webview may still be reading the one before. */
const KEPT_PARTS = 4;

/** How long a tile's file stays at least: the webview may still be reading those of a run before. */
const TILE_MS = 30_000;

/** How long the engine may take to obey where a view moved on. */
const REGION_GRACE_MS = 15_000;

export type PreviewSource = { readonly file: string; readonly settings: UpscaleSettings };

type MeasuredTile = { readonly tile: PreviewTile; readonly pixels: number };

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
  private controller: AbortController | undefined;
  private working: Promise<unknown> = Promise.resolve();
  private finished: Finished | undefined;
  private picture: PanelResult | undefined;
  /** What was measured of the tiles so far, by their places. */
  private measured: { readonly key: string; readonly tiles: Map<string, MeasuredTile> } = {
    key: '',
    tiles: new Map(),
  };
  /** Of this run and the ones before, with when they came; the webview reads them once. */
  private tileFiles: { readonly file: string; readonly at: number }[] = [];
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
    params: PanelRun & PanelPart,
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
      if (this.finished?.key === key && params.region === undefined) {
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

  /** The exact picture of a part of the result, or a draft of it. */
  async exact(
    source: PreviewSource,
    params: PanelRun & PanelExactPart,
    signal: AbortSignal,
  ): Promise<PanelTile> {
    const { guidance, rect, draft } = params;
    const call = { ...this.callOf(source, params), guidance, rect, draft };
    const { file } = await this.engine.use((client) => client.exactRegion(call, { signal }));
    this.parts.push(path.join(this.directory, file));
    for (const old of this.parts.splice(0, Math.max(0, this.parts.length - KEPT_PARTS)))
      await rm(old, { force: true });
    return { rect, address: this.address(file) };
  }

  /** About how many bytes a pixel of the last result takes in a file; undefined while unknown. */
  async bytesPerPixel(
    wanted: Omit<EncodedSizeRequest, 'scratchDirectory' | 'tiles' | 'branches'>,
  ): Promise<number | undefined> {
    const { picture } = this;
    if (!picture || this.measured.tiles.size === 0) return undefined;
    const { branches, way } = picture;
    return this.engine.use((client) =>
      client.encodedSize({
        ...wanted,
        guidance: way === 'squares' ? { pixel: 1, semantic: 0 } : wanted.guidance,
        scratchDirectory: this.directory,
        tiles: [...this.measured.tiles.values()].map(({ tile: { file, rect } }) => ({
          file,
          rect,
        })),
        branches,
      }),
    );
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
    params: PanelRun & PanelPart,
    signal: AbortSignal,
    progress: CallContext['progress'],
  ): Promise<PanelPreview> {
    if (signal.aborted) throw new RpcError({ code: 'cancelled', message: 'Canceled.' });
    this.finished = undefined;
    await this.removeRead();
    if (this.measured.key !== key) this.measured = { key, tiles: new Map() };
    const steps: PanelProgress[] = [];
    const onProgress = (step: PreviewProgress): void => {
      const shown = this.stepOf(step);
      if (shown.picture) this.picture = shown.picture;
      if (step.tile) this.keep(step.tile);
      if (step.look) this.keepFile(step.look.file);
      if (shown.tile ?? shown.picture) steps.push(shown);
      if (!signal.aborted) progress(shown);
    };
    const { first, region, have } = params;
    const call = {
      ...this.callOf(source, params),
      ...(first ? { first } : {}),
      ...(region ? { region } : {}),
      have,
    };
    // A view that moves ends what runs, all the time: a tile may come to its end.
    const graceMs = region ? REGION_GRACE_MS : undefined;
    const result = await this.engine.use((client) =>
      client.preview(call, { signal, onProgress, graceMs }),
    );
    const answer = this.answerOf(result, source.settings.asset.seamless === true);
    if (!region) this.finished = { key, steps, answer };
    return answer;
  }

  private async removeRead(): Promise<void> {
    const before = Date.now() - TILE_MS;
    const read = this.tileFiles.filter(({ at }) => at < before);
    this.tileFiles = this.tileFiles.filter(({ at }) => at >= before);
    for (const { file } of read) await rm(file, { force: true });
  }

  private keep(tile: PreviewTile): void {
    const { file, rect } = tile;
    this.keepFile(file);
    this.measured.tiles.set([rect.x, rect.y, rect.width, rect.height].join(' '), {
      tile,
      pixels: rect.width * rect.height,
    });
  }

  private keepFile(file: string): void {
    this.tileFiles.push({ file: path.join(this.directory, file), at: Date.now() });
  }

  private answerOf(
    { device, precision, seconds, estimate, branches, notes, size }: PreviewResult,
    isSeamless: boolean,
  ): PanelPreview {
    const tiles = [...this.measured.tiles.values()];
    const pixels = tiles.reduce((sum, tile) => sum + tile.pixels, 0);
    return {
      device: deviceName(device, precision),
      seconds: seconds.total,
      figures: tiles.reduce((sum, { tile }) => addFigures(sum, tile.figures), NO_FIGURES),
      covered: Math.min(1, pixels / (size.width * size.height)),
      estimate,
      auto: chooseGuidance(estimate, branches),
      notes: isSeamless
        ? [
            ...notes,
            vscode.l10n.t(
              'The setting "Seamless" is on: what is saved also continues at its edges, which this view does not show.',
            ),
          ]
        : notes,
    };
  }

  private callOf(
    { file, settings }: PreviewSource,
    { model, onProcessor, scale, pixelArt, restore, prompt }: PanelRun,
  ) {
    const { device, precision, colourFix, maxInputMegapixels } = settings;
    return {
      input: file,
      scratchDirectory: this.directory,
      model,
      ...(restore === undefined ? {} : { restore }),
      scale,
      pixelArt,
      device: onProcessor ? ('cpu' as const) : device,
      precision,
      colourFix,
      ...(prompt === '' ? {} : { prompt }),
      maxInputMegapixels,
    };
  }

  private stepOf({
    done,
    total,
    device,
    secondsLeft,
    tile,
    look,
    next,
    picture,
  }: PreviewProgress): PanelProgress {
    return {
      done,
      total,
      device: device ? deviceName(device) : '',
      secondsLeft,
      tile: tile && this.tileOf(tile),
      look: look && this.tileOf(look),
      next,
      picture: picture && panelResultOf(picture),
    };
  }

  private tileOf({ rect, file }: Pick<PreviewTile, 'rect' | 'file'>): PanelTile {
    return { rect, address: this.address(file) };
  }

  private address(file: string): string {
    return this.webview()
      .asWebviewUri(vscode.Uri.file(path.join(this.directory, file)))
      .toString();
  }
}

/** Tells models, devices and versions of the file on disk apart. */
async function keyOf(
  { file, settings }: PreviewSource,
  { model, onProcessor, scale, pixelArt, restore = '', prompt }: PanelRun,
): Promise<string> {
  const { size, mtimeMs, ino } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0, ino: 0 }));
  return [
    file,
    ino,
    size,
    mtimeMs,
    model,
    onProcessor ? 'cpu' : settings.device,
    settings.precision,
    settings.colourFix,
    prompt,
    scale,
    pixelArt,
    restore,
  ].join('|');
}
