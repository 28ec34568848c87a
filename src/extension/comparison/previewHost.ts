import path from 'node:path';
import * as vscode from 'vscode';
import type { PictureHeader } from '../../shared/engineProtocol';
import { scaledSize } from '../../shared/geometry';
import {
  fitsWhole,
  scaleWith,
  type PanelAdded,
  type PanelChoice,
  type PanelHostApi,
  type PanelInit,
  type PanelModel,
  type PanelRun,
} from '../../shared/panelProtocol';
import { membersOf, panelModelOf, panelModels } from '../../shared/panelModels';
import type { PanelDrop } from '../../shared/panelDrop';
import { RpcError, type CallContext } from '../../shared/rpc';
import type { AddedModel } from '../../shared/modelProtocol';
import type { UpscaleSettings } from '../../shared/settings';
import { writtenFormat } from '../../shared/writtenFormat';
import type { Config } from '../config';
import type { EngineSupervisor } from '../engineSupervisor';
import type { UpscaleJobs } from '../jobs/upscaleJobs';
import type { Log } from '../log';
import { INSTALL_MODEL_COMMAND, MANAGE_MODELS_COMMAND } from '../commands/commandIds';
import { pickImages } from '../commands/imagePicker';
import { isInstallable } from '../models/modelList';
import { baseName, type PreviewComparison } from './comparison';
import { formOf } from './formOutput';
import { PanelSaves } from './panelSaves';
import { outputPath } from './outputNames';
import { workspaceRoot } from '../workspaceRoot';
import { leftAlone } from './panelFacts';
import { panelPicture } from './panelPictures';
import { PanelRequests } from './panelRequests';
import type { PreviewSession, PreviewSource } from './previewSession';
import { outputWith } from './saving';
import { versionOf } from './sourceWatcher';
import { phrase } from '../../shared/phrase';

export type PreviewServices = {
  readonly engine: EngineSupervisor;
  readonly config: Config;
  readonly jobs: UpscaleJobs;
  readonly log: Log;
  /** Compares dropped pictures, adds dropped models and resolves with these. */
  readonly takeDropped: (drop: PanelDrop) => Promise<readonly AddedModel[]>;
};

/** The panel around a preview. */
export type PreviewSurroundings = {
  /** The word by which the panel is found again. */
  readonly word: string | undefined;
  /** What is on disk now is what is shown. */
  readonly onShown: () => void;
  readonly onUnsaved: (unsaved: boolean) => void;
};

/** Parameters are anything at all, since a webview sent them. */
type Served = {
  [M in Exclude<keyof PanelHostApi, 'step'>]: (
    params: unknown,
    context: CallContext,
  ) => ReturnType<PanelHostApi[M]>;
};

/** Answers a preview panel's webview. Every request is checked; the webview names no file but dropped ones. */
export class PreviewHost {
  private models: readonly PanelModel[] = [];
  private readonly requests = new PanelRequests((id) => this.model(id) !== undefined);
  private header: PictureHeader | undefined;
  /** Whether the tab says that there is a choice that was not saved. */
  private isUnsaved = false;
  /** The file as the page shows it: of which what it asks for is made. */
  private seen: string | undefined;
  private readonly saves: PanelSaves;

  constructor(
    private readonly comparison: PreviewComparison,
    private readonly webview: vscode.Webview,
    private readonly session: PreviewSession,
    private readonly services: PreviewServices,
    private readonly surroundings: PreviewSurroundings,
  ) {
    this.saves = new PanelSaves(comparison.source, services, {
      settings: () => this.settings,
      format: async () => (await this.theHeader()).format,
      hasChanged: () => this.hasChanged(),
    });
  }

  /** The page is gone; what is being saved goes on. */
  leave(): void {
    this.saves.leave();
  }

  /** The panel is gone, and with it what runs for it. */
  dispose(): void {
    this.saves.dispose();
  }

  /** What the endpoint serves. */
  api(): Served {
    return {
      init: (params) => this.init(params),
      preview: (params, context) => this.preview(params, context),
      exact: (params, context) => this.exact(params, context),
      outputName: (params) => this.outputName(params),
      outputBytes: (params) => this.outputBytes(params),
      save: (params, context) => this.save(params, context),
      saving: (params, context) => this.saving(params, context),
      copySettings: (params) => this.copySettings(params),
      useForWorkspace: (params) => this.useForWorkspace(params),
      applyToOthers: (params) => this.applyToOthers(params),
      dropped: (params) => this.dropped(params),
      showSaved: (params) => this.showSaved(params),
      unsaved: (params) => this.unsaved(params),
      installMissing: (params) => this.installMissing(params),
      installPrompts: (params) => this.installPrompts(params),
      showLog: (params) => this.showLog(params),
    };
  }

  private async init(params: unknown): Promise<PanelInit> {
    this.requests.nothing(params);
    const { source, wish, result } = this.comparison;
    this.onDisk();
    this.seen = await versionOf(source);
    this.header = await this.readHeader();
    const { size, format: written } = this.header;
    const [original, made, models, known] = await Promise.all([
      panelPicture(source, this.webview),
      result && panelPicture(result, this.webview),
      this.services.engine.use((client) => client.models()),
      leftAlone(source),
    ]);
    const { model, guidance, scale } = this.settings;
    const { restore, ...output } = wish.output ?? formOf(this.settings);
    this.models = panelModels(models);
    this.surroundings.onShown();
    return {
      kind: 'preview',
      session: this.surroundings.word,
      original: { ...original, size, ...(written === undefined ? {} : { format: written }) },
      result: made,
      facts: '',
      models: this.models,
      model: wish.model ?? model,
      guidance: wish.guidance ?? guidance,
      auto: wish.guidance === undefined && this.services.config.autoGuidance(source),
      output: {
        scale: wish.scale ?? scale,
        ...output,
        ...(this.models.some(({ id }) => id === restore) ? { restore } : {}),
      },
      missingModel: this.missingModel(wish.model ?? model),
      saving: this.saves.isUnheard,
      unsaved: this.isUnsaved,
      leftAlone: known,
    };
  }

  private async preview(
    params: unknown,
    context: CallContext,
  ): ReturnType<PanelHostApi['preview']> {
    const wanted = this.requests.preview(params);
    this.checkSize(wanted);
    if (wanted.region) await this.sameAsSeen();
    return this.session.compute(this.source, wanted, context);
  }

  private async exact(params: unknown, { signal }: CallContext): ReturnType<PanelHostApi['exact']> {
    const { result } = this.session;
    if (!result)
      throw new RpcError({
        code: 'invalid-request',
        message: phrase`The panel asked for a part of a picture that was not computed yet.`,
      });
    await this.sameAsSeen();
    return this.session.exact(this.source, this.requests.exact(params, result.size), signal);
  }

  private async outputName(params: unknown): ReturnType<PanelHostApi['outputName']> {
    const choice = this.atOwnScale(this.requests.choice(params));
    const { size, format } = await this.theHeader();
    const root = workspaceRoot(this.comparison.source);
    return {
      fileName: path.basename(outputPath(this.source.file, choice, this.settings, format, root)),
      size: scaledSize(size, choice.scale),
    };
  }

  /** Of pictures that move, or whose loss only the file itself tells, nothing is said. */
  private async outputBytes(params: unknown): ReturnType<PanelHostApi['outputBytes']> {
    const { guidance, quality, lossless, ...choice } = this.atOwnScale(
      this.requests.choice(params),
    );
    const { size, format: original } = await this.theHeader();
    const format = writtenFormat(choice.format, this.settings.namePattern, original);
    const isKnown =
      original !== 'gif' && format !== 'gif' && !(format === 'webp' && lossless === 'auto');
    const each = isKnown
      ? await this.session.bytesPerPixel({
          guidance,
          format,
          quality,
          lossless: lossless === 'always',
        })
      : undefined;
    const { width, height } = scaledSize(size, choice.scale);
    const most = this.settings.output.maxBytes ?? Infinity;
    return each === undefined ? null : Math.round(Math.min(most, each * width * height));
  }

  private async save(params: unknown, context: CallContext): ReturnType<PanelHostApi['save']> {
    const wanted = this.atOwnScale(this.requests.save(params));
    this.requests.savedAlone(this.saves.isRunning, wanted);
    return this.saves.begin(wanted, context);
  }

  private async saving(params: unknown, context: CallContext): ReturnType<PanelHostApi['saving']> {
    this.requests.nothing(params);
    return this.saves.follow(context);
  }

  private async copySettings(params: unknown): Promise<void> {
    const { model, restore, guidance, scale, format, quality, lossless, pixelArt, prompt } =
      this.requests.choice(params);
    const settings = {
      'pisaUpscale.model': model,
      'pisaUpscale.restore': restore ?? '',
      'pisaUpscale.pixelGuidance': guidance.pixel,
      'pisaUpscale.semanticGuidance': guidance.semantic,
      'pisaUpscale.scale': scale,
      'pisaUpscale.outputFormat': format,
      'pisaUpscale.quality': quality,
      'pisaUpscale.lossless': lossless,
      'pisaUpscale.pixelArt': pixelArt,
      'pisaUpscale.prompt': prompt,
    };
    await vscode.env.clipboard.writeText(JSON.stringify(settings, undefined, 2));
  }

  private async useForWorkspace(params: unknown): Promise<void> {
    await this.services.config.useForWorkspace(this.requests.choice(params));
  }

  /**
   * The person chooses the files before anything runs; what was selected when the panel was opened
   * is marked already.
   */
  private async applyToOthers(params: unknown): Promise<void> {
    const { pixelArt, restore, lossless, ...choice } = this.requests.choice(params);
    const files = await pickImages({
      marked: this.comparison.selection,
      without: this.comparison.source,
      title: vscode.l10n.t('Apply to Other Images'),
    });
    if (files.length > 0)
      await this.services.jobs.upscale(files, 0, {
        ...choice,
        output: outputWith(this.settings.output, lossless),
        restore,
        asset: { pixelArt },
      });
  }

  private async dropped(params: unknown): Promise<PanelAdded | null> {
    const added = (await this.services.takeDropped(this.requests.drop(params))).at(-1);
    if (!added) return null;
    await this.readModels();
    return { models: this.models, model: added.id };
  }

  private async showSaved(params: unknown): Promise<void> {
    await this.saves.show(this.requests.savedAction(params));
  }

  private async unsaved(params: unknown): Promise<void> {
    this.isUnsaved = this.requests.unsaved(params);
    this.surroundings.onUnsaved(this.isUnsaved);
  }

  private async installMissing(params: unknown): Promise<PanelAdded | null> {
    this.requests.nothing(params);
    const id = this.comparison.wish.model ?? this.settings.model;
    await (isInstallable(id)
      ? vscode.commands.executeCommand(INSTALL_MODEL_COMMAND, { id })
      : vscode.commands.executeCommand(MANAGE_MODELS_COMMAND));
    await this.readModels();
    return this.model(id) ? { models: this.models, model: id } : null;
  }

  private async installPrompts(params: unknown): Promise<PanelAdded | null> {
    const model = this.requests.modelAlone(params);
    const [first, second = first] = membersOf(model);
    await vscode.commands.executeCommand(INSTALL_MODEL_COMMAND, { id: second, prompts: true });
    await this.readModels();
    return this.model(model) ? { models: this.models, model } : null;
  }

  private model(id: string): PanelModel | undefined {
    return panelModelOf(this.models, id);
  }

  private async readModels(): Promise<void> {
    const models = await this.services.engine.use((client) => client.models());
    this.models = panelModels(models);
  }

  private async showLog(params: unknown): Promise<void> {
    this.requests.nothing(params);
    this.services.log.show();
  }

  /** Whether the file is another than the page shows. One that is gone is told by who reads it. */
  private async hasChanged(): Promise<boolean> {
    const now = await versionOf(this.comparison.source);
    return now !== undefined && now !== this.seen;
  }

  /** A part of another picture has no place in what is shown. */
  private async sameAsSeen(): Promise<void> {
    if (await this.hasChanged())
      throw new RpcError({
        code: 'source-changed',
        message: vscode.l10n.t('The original changed on disk.'),
      });
  }

  private async theHeader(): Promise<PictureHeader> {
    return (this.header ??= await this.readHeader());
  }

  private readHeader(): Promise<PictureHeader> {
    const { file, settings } = this.source;
    return this.services.engine.use((client) =>
      client.pictureHeader({ input: file, maxInputMegapixels: settings.maxInputMegapixels }),
    );
  }

  /** Models that compute a picture as a whole can't show a part of a large one. */
  private checkSize({ model: id, scale }: PanelRun): void {
    const model = this.model(id);
    if (!model || model.byTiles || !this.header) return;
    const result = scaledSize(this.header.size, scaleWith(model, scale));
    if (fitsWhole(result)) return;
    const { width, height } = result;
    throw new RpcError({
      code: 'preview-too-large',
      message: vscode.l10n.t(
        'The result of {0}×{1} pixels is too large for a preview.',
        width,
        height,
      ),
      hint: vscode.l10n.t(
        '{0} computes a picture as a whole: it can be upscaled without a preview.',
        model.name,
      ),
    });
  }

  /** The scale that the result will have. */
  private atOwnScale<T extends PanelChoice>(choice: T): T {
    return { ...choice, scale: scaleWith(this.model(choice.model), choice.scale) };
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

  /** The id, where it is none of the models that can be used; the log has it, too. */
  private missingModel(id: string): string | undefined {
    if (this.model(id) || this.models.length === 0) return undefined;
    this.services.log.warn(
      `${id} is not installed; the comparison uses ${this.models[0]?.id ?? ''}`,
    );
    return id;
  }
}
