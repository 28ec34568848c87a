import type { Uri } from 'vscode';
import type { UpscaleResult } from '../../shared/engineProtocol';
import { PANEL_COMMANDS, type PanelCommand } from '../../shared/panelCommands';

export const UPSCALE_IMAGE_COMMAND = 'pisaUpscale.upscaleImage';
export const UPSCALE_IMAGE_AS_COMMAND = 'pisaUpscale.upscaleImageAs';
export const UPSCALE_WORKSPACE_COMMAND = 'pisaUpscale.upscaleWorkspace';
export const UPSCALE_FOLDER_COMMAND = 'pisaUpscale.upscaleFolder';
export const COMPARE_COMMAND = 'pisaUpscale.compare';
export const UPSCALE_SELECTION_COMMAND = 'pisaUpscale.upscaleSelection';
export const OPEN_SAMPLE_COMMAND = 'pisaUpscale.openSample';
export const CREATE_RECIPE_COMMAND = 'pisaUpscale.createRecipe';
export const OPEN_COMPARISON_COMMAND = 'pisaUpscale.openComparison';
export const COMPARE_WITH_HEAD_COMMAND = 'pisaUpscale.compareWithHead';
export const COMPARE_WITH_REVISION_COMMAND = 'pisaUpscale.compareWithRevision';
export const SHOW_DEVICES_COMMAND = 'pisaUpscale.showDevices';
export const SERVER_CREDENTIALS_COMMAND = 'pisaUpscale.serverCredentials';
export const SHOW_LOG_COMMAND = 'pisaUpscale.showLog';
export const MANAGE_MODELS_COMMAND = 'pisaUpscale.manageModels';
export const ADD_MODEL_COMMAND = 'pisaUpscale.addModel';
export const INSTALL_MODEL_COMMAND = 'pisaUpscale.installModel';
export const IMPORT_MODEL_COMMAND = 'pisaUpscale.importModel';
export const REMOVE_MODEL_COMMAND = 'pisaUpscale.removeModel';

/** What can be done in the comparison that is open. */
export type PanelCommandId = `pisaUpscale.comparison.${PanelCommand}`;
export const panelCommandId = (command: PanelCommand): PanelCommandId =>
  `pisaUpscale.comparison.${command}`;

/** Every command that the manifest contributes. */
export const COMMAND_IDS = [
  UPSCALE_IMAGE_COMMAND,
  UPSCALE_IMAGE_AS_COMMAND,
  UPSCALE_WORKSPACE_COMMAND,
  UPSCALE_FOLDER_COMMAND,
  UPSCALE_SELECTION_COMMAND,
  OPEN_SAMPLE_COMMAND,
  CREATE_RECIPE_COMMAND,
  COMPARE_COMMAND,
  OPEN_COMPARISON_COMMAND,
  COMPARE_WITH_HEAD_COMMAND,
  COMPARE_WITH_REVISION_COMMAND,
  SHOW_DEVICES_COMMAND,
  SERVER_CREDENTIALS_COMMAND,
  SHOW_LOG_COMMAND,
  MANAGE_MODELS_COMMAND,
  ADD_MODEL_COMMAND,
  INSTALL_MODEL_COMMAND,
  IMPORT_MODEL_COMMAND,
  REMOVE_MODEL_COMMAND,
  ...PANEL_COMMANDS.map(panelCommandId),
] as const;
export type CommandId = (typeof COMMAND_IDS)[number];

/** The original, the result, and how the result was made when that is known. */
export type CompareArguments = readonly [
  original: Uri,
  result: Uri,
  made?: UpscaleResult | undefined,
];
