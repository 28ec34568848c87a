import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelSummary, UpscaleProgress } from '../../shared/engineProtocol';
import { scaledSize, type Size } from '../../shared/geometry';
import type {
  PanelHostApi,
  PanelInit,
  PanelModel,
  PanelProgress,
} from '../../shared/panelProtocol';
import { RpcError, type CallContext } from '../../shared/rpc';
import type { UpscaleSettings } from '../../shared/settings';
import type { Config } from '../config';
import { deviceName } from '../devices/deviceNames';
import type { EngineSupervisor } from '../engineSupervisor';
import type { UpscaleJobs } from '../jobs/upscaleJobs';
import type { Log } from '../log';
import { pickImages } from '../commands/imagePicker';
import { notify } from '../ui/notifications';
import { baseName, type PreviewComparison } from './comparison';
import { outputPath } from './outputNames';
import { panelPicture } from './panelPictures';
import { PanelRequests } from './panelRequests';
import type { PreviewSession, PreviewSource } from './previewSession';
import { askWhereToSave } from './saving';

export type PreviewServices = {
  readonly engine: EngineSupervisor;
  readonly config: Config;
  readonly jobs: UpscaleJobs;
  readonly log: Log;
};

/** Layers of a larger result would not fit into a webview's memory. */
const MOST_PREVIEW_MEGAPIXELS = 120;

/** Parameters are anything at all, since a webview sent them. */
type Served = {
  [M in keyof PanelHostApi]: (params: unknown, context: CallContext) => ReturnType<PanelHostApi[M]>;
};

/** Answers a preview panel's webview. Every request is checked; the webview never names a file. */
export class PreviewHost {
  private models: readonly PanelModel[] = [];
  private readonly requests = new PanelRequests(() => this.models.map(({ id }) => id));
  private size: Size | undefined;

  constructor(
    private readonly comparison: PreviewComparison,
    private readonly webview: vscode.Webview,
    private readonly session: PreviewSession,
    private readonly services: PreviewServices,
    /** The word by which the panel is found again. */
    private readonly word: string | undefined,
    private readonly onShown: () => void,
  ) {}

  /** What the endpoint serves. */
  api(): Served {
    return {
      init: (params) => this.init(params),
      preview: (params, context) => this.preview(params, context),
      exact: (params, context) => this.exact(params, context),
      outputName: (params) => this.outputName(params),
      save: (params, context) => this.save(params, context),
      copySettings: (params) => this.copySettings(params),
      useForWorkspace: (params) => this.useForWorkspace(params),
      upscaleSelected: (params) => this.upscaleSelected(params),
      showLog: (params) => this.showLog(params),
    };
  }

  private async init(params: unknown): Promise<PanelInit> {
    this.requests.nothing(params);
    const { source, wish } = this.comparison;
    this.onDisk();
    this.size = await this.readSize();
    const [original, models] = await Promise.all([
      panelPicture(source, this.webview),
      this.services.engine.use((client) => client.models()),
    ]);
    this.models = models.map(toPanelModel);
    this.onShown();
    const { model, guidance, scale, format } = this.settings;
    this.tellMissingModel(wish.model ?? model);
    return {
      kind: 'preview',
      session: this.word,
      original: { ...original, size: this.size },
      result: undefined,
      facts: '',
      models: this.models,
      model: wish.model ?? model,
      guidance: wish.guidance ?? guidance,
      output: { scale, format },
    };
  }

  private async preview(
    params: unknown,
    context: CallContext,
  ): ReturnType<PanelHostApi['preview']> {
    const wanted = this.requests.preview(params);
    this.checkSize(wanted.model);
    return this.session.compute(this.source, wanted, context);
  }

  private async exact(params: unknown, { signal }: CallContext): ReturnType<PanelHostApi['exact']> {
    const { result } = this.session;
    if (!result)
      throw new RpcError({
        code: 'invalid-request',
        message: 'The panel asked for a part of a picture that was not computed yet.',
      });
    return this.session.exact(this.source, this.requests.exact(params, result.size), signal);
  }

  private async outputName(params: unknown): ReturnType<PanelHostApi['outputName']> {
    const choice = this.requests.choice(params);
    this.size ??= await this.readSize();
    return {
      fileName: path.basename(outputPath(this.source.file, choice, this.settings)),
      size: scaledSize(this.size, choice.scale),
    };
  }

  private async save(
    params: unknown,
    { signal, progress }: CallContext,
  ): ReturnType<PanelHostApi['save']> {
    const wanted = this.requests.save(params);
    const overrides = await askWhereToSave(this.comparison.source, wanted, this.settings);
    if (!overrides || signal.aborted) return { fileName: '' };
    const result = await this.services.jobs.render(
      this.comparison.source,
      overrides,
      signal,
      (step) => progress(toPanelProgress(step)),
    );
    if (result.skipped) {
      throw new RpcError({
        code: 'output-exists',
        message: vscode.l10n.t(
          '{0} exists already and was left as it is.',
          path.basename(result.output),
        ),
        hint: vscode.l10n.t(
          'The setting pisaUpscale.overwrite says "skip". Use Save As… for another name.',
        ),
      });
    }
    return { fileName: path.basename(result.output) };
  }

  private async copySettings(params: unknown): Promise<void> {
    const { model, guidance, scale, format } = this.requests.choice(params);
    const settings = {
      'pisaUpscale.model': model,
      'pisaUpscale.pixelGuidance': guidance.pixel,
      'pisaUpscale.semanticGuidance': guidance.semantic,
      'pisaUpscale.scale': scale,
      'pisaUpscale.outputFormat': format,
    };
    await vscode.env.clipboard.writeText(JSON.stringify(settings, undefined, 2));
  }

  private async useForWorkspace(params: unknown): Promise<void> {
    await this.services.config.useForWorkspace(this.requests.choice(params));
  }

  /**
   * The person sees the files before anything runs; what was selected when the panel was opened is
   * marked already.
   */
  private async upscaleSelected(params: unknown): Promise<void> {
    const { model, guidance, scale, format } = this.requests.choice(params);
    const files = await pickImages({
      marked: this.comparison.selection,
      title: vscode.l10n.t('Upscale With These Settings'),
    });
    if (files.length > 0)
      await this.services.jobs.upscale(files, 0, { model, guidance, scale, format });
  }

  private async showLog(params: unknown): Promise<void> {
    this.requests.nothing(params);
    this.services.log.show();
  }

  private readSize(): Promise<Size> {
    const { file, settings } = this.source;
    return this.services.engine.use((client) =>
      client.pictureSize({ input: file, maxInputMegapixels: settings.maxInputMegapixels }),
    );
  }

  private checkSize(id: string): void {
    const model = this.models.find((known) => known.id === id);
    if (!model || !this.size) return;
    const { width, height } = scaledSize(this.size, model.scale);
    if ((width * height) / 1e6 <= MOST_PREVIEW_MEGAPIXELS) return;
    throw new RpcError({
      code: 'preview-too-large',
      message: vscode.l10n.t(
        'The result of {0}×{1} pixels is too large for a preview.',
        width,
        height,
      ),
      hint: vscode.l10n.t('"Upscale Image" writes it without a preview.'),
    });
  }

  private get settings(): UpscaleSettings {
    return this.services.config.upscale(this.comparison.source);
  }

  private get source(): PreviewSource {
    this.onDisk();
    return { file: this.comparison.source.fsPath, settings: this.settings };
  }

  private onDisk(): void {
    const { source } = this.comparison;
    if (source.scheme === 'file') return;
    throw new RpcError({
      code: 'input-not-on-disk',
      message: vscode.l10n.t('{0} is not a file on disk ({1}).', baseName(source), source.scheme),
      hint: vscode.l10n.t('Save it to a folder, then open that file.'),
    });
  }

  private tellMissingModel(id: string): void {
    if (this.models.some((model) => model.id === id) || this.models.length === 0) return;
    this.services.log.warn(
      `${id} is not installed; the comparison uses ${this.models[0]?.id ?? ''}`,
    );
    void notify(
      'warning',
      vscode.l10n.t(
        'The model {0} is not installed. The comparison shows {1} instead.',
        id,
        this.models[0]?.name ?? '',
      ),
    );
  }
}

const toPanelModel = ({ id, name, scale, branches }: ModelSummary): PanelModel => ({
  id,
  name,
  scale,
  branches,
});

const toPanelProgress = ({ tile, tiles, device, secondsLeft }: UpscaleProgress): PanelProgress => ({
  done: Math.min(tile, tiles),
  total: tiles,
  device: device ? deviceName(device) : '',
  secondsLeft,
  tile: undefined,
  picture: undefined,
});
