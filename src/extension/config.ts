import * as vscode from 'vscode';
import type { PanelChoice } from '../shared/panelProtocol';
import { RpcError } from '../shared/rpc';
import type { UpscaleSettings } from '../shared/settings';
import { Disposable } from './disposable';
import { readServerSettings, type ServerSettings } from './remote/remoteSettingsReader';
import {
  rangeProblems,
  readAction,
  readAutoGuidance,
  readEngineSettings,
  readInstallSettings,
  readUpscaleSettings,
  type EngineSettings,
  type InstallSettings,
  type RangeProblem,
  type SettingLookup,
  type UpscaleAction,
} from './settingsReader';

const SECTION = 'pisaUpscale';
const ENGINE_KEYS = ['modelFolders', 'modelStore', 'engineIdleMinutes', 'remote'];

/** The only reader of the editor's settings. */
export class Config extends Disposable {
  private readonly engineChanged = this.register(new vscode.EventEmitter<void>());
  /** Fires when a setting changes that a running engine cannot take over. */
  readonly onDidChangeEngine = this.engineChanged.event;
  private readonly problemFound = this.register(new vscode.EventEmitter<RangeProblem>());
  /** Fires once for each value that is out of its range, and is brought into it. */
  readonly onDidFindProblem = this.problemFound.event;
  private readonly toldProblems = new Set<string>();

  constructor() {
    super();
    this.register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (ENGINE_KEYS.some((key) => event.affectsConfiguration(`${SECTION}.${key}`)))
          this.engineChanged.fire();
      }),
    );
  }

  /** Each value is told once: the settings are read for every picture. */
  private tellOnce(problem: RangeProblem): void {
    const key = `${problem.setting} ${problem.value}`;
    if (this.toldProblems.has(key)) return;
    this.toldProblems.add(key);
    this.problemFound.fire(problem);
  }

  /** Settings for one picture: folders of a workspace may differ. */
  upscale(resource: vscode.Uri | undefined): UpscaleSettings {
    const lookup = lookupFor(resource);
    for (const problem of rangeProblems(lookup)) this.tellOnce(problem);
    return readUpscaleSettings(lookup);
  }

  engine(): EngineSettings {
    return readEngineSettings(lookupFor(undefined));
  }

  /**
   * The inference server; undefined when none is named. Only of the machine's own settings: a
   * workspace can't say where pictures are sent.
   */
  server(): ServerSettings | undefined {
    return readServerSettings(lookupFor(undefined));
  }

  /** Where models are downloaded from, and through which proxy. */
  install(): InstallSettings & { readonly proxy: string | undefined } {
    const proxy: unknown = vscode.workspace.getConfiguration('http').get('proxy');
    return {
      ...readInstallSettings(lookupFor(undefined)),
      proxy: typeof proxy === 'string' && proxy.trim() !== '' ? proxy.trim() : undefined,
    };
  }

  /**
   * Makes a model the one that upscales: for the workspace when one is open, else everywhere,
   * unless `target` says.
   */
  async useModel(
    id: string,
    target = vscode.workspace.workspaceFolders
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global,
  ): Promise<void> {
    await vscode.workspace.getConfiguration(SECTION).update('model', id, target);
  }

  /** What "Upscale Image" does with a picture. */
  action(resource: vscode.Uri | undefined): UpscaleAction {
    return readAction(lookupFor(resource));
  }

  /** Whether a picture's comparison begins with the guidance that Auto chooses for it. */
  autoGuidance(resource: vscode.Uri | undefined): boolean {
    return readAutoGuidance(lookupFor(resource));
  }

  /** Makes a panel's choice the workspace's. Rejects when no folder is open. */
  async useForWorkspace(choice: PanelChoice): Promise<void> {
    const {
      model,
      restore = '',
      guidance,
      scale,
      format,
      quality,
      lossless,
      pixelArt,
      prompt,
    } = choice;
    if (!vscode.workspace.workspaceFolders) {
      throw new RpcError({
        code: 'no-workspace',
        message: vscode.l10n.t('No folder is open, so there are no workspace settings.'),
        hint: vscode.l10n.t('Open the folder of your images, or copy the settings.'),
      });
    }
    const values = {
      model,
      restore,
      pixelGuidance: guidance.pixel,
      semanticGuidance: guidance.semantic,
      scale,
      outputFormat: format,
      quality,
      lossless,
      pixelArt,
      prompt,
    };
    const section = vscode.workspace.getConfiguration(SECTION);
    for (const [key, value] of Object.entries(values))
      await section.update(key, value, vscode.ConfigurationTarget.Workspace);
  }
}

function lookupFor(resource: vscode.Uri | undefined): SettingLookup {
  const section = vscode.workspace.getConfiguration(SECTION, resource ?? null);
  return (key) => section.get<unknown>(key);
}
