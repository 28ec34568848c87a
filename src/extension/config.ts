import * as vscode from 'vscode';
import type { UpscaleSettings } from '../shared/settings';
import { Disposable } from './disposable';
import { readEngineSettings, readUpscaleSettings, type EngineSettings, type SettingLookup } from './settingsReader';

const SECTION = 'pisaUpscale';
const ENGINE_KEYS = ['modelFolders', 'engineIdleMinutes'];

/** The only reader of the editor's settings. */
export class Config extends Disposable {
  private readonly engineChanged = this.register(new vscode.EventEmitter<void>());
  /** Fires when a setting changes that a running engine cannot take over. */
  readonly onDidChangeEngine = this.engineChanged.event;

  constructor() {
    super();
    this.register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (ENGINE_KEYS.some((key) => event.affectsConfiguration(`${SECTION}.${key}`))) this.engineChanged.fire();
      }),
    );
  }

  /** Settings for one picture: folders of a workspace may differ. */
  upscale(resource: vscode.Uri | undefined): UpscaleSettings {
    return readUpscaleSettings(lookupFor(resource));
  }

  engine(): EngineSettings {
    return readEngineSettings(lookupFor(undefined));
  }
}

function lookupFor(resource: vscode.Uri | undefined): SettingLookup {
  const section = vscode.workspace.getConfiguration(SECTION, resource ?? null);
  return (key) => section.get<unknown>(key);
}
