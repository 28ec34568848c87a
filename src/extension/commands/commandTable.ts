import { PANEL_COMMANDS } from '../../shared/panelCommands';
import { RpcError } from '../../shared/rpc';
import { messageText } from '../../shared/safeText';
import type { BatchPanels } from '../batch/batchPanels';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import type { UpscaleJobs } from '../jobs/upscaleJobs';
import { addModel } from './addModel';
import { compare } from './compare';
import { compareWithHead, compareWithRevision } from './compareRevision';
import {
  ADD_MODEL_COMMAND,
  COMPARE_COMMAND,
  COMPARE_WITH_HEAD_COMMAND,
  COMPARE_WITH_REVISION_COMMAND,
  CREATE_RECIPE_COMMAND,
  IMPORT_MODEL_COMMAND,
  INSTALL_MODEL_COMMAND,
  MANAGE_MODELS_COMMAND,
  OPEN_COMPARISON_COMMAND,
  OPEN_SAMPLE_COMMAND,
  REMOVE_MODEL_COMMAND,
  SERVER_CREDENTIALS_COMMAND,
  SHOW_DEVICES_COMMAND,
  SHOW_LOG_COMMAND,
  UPSCALE_IMAGE_AS_COMMAND,
  UPSCALE_FOLDER_COMMAND,
  UPSCALE_IMAGE_COMMAND,
  UPSCALE_SELECTION_COMMAND,
  UPSCALE_WORKSPACE_COMMAND,
  panelCommandId,
  type CommandId,
  type PanelCommandId,
} from './commandIds';
import { createRecipe } from './createRecipe';
import { importModel, type ModelServices } from './importModel';
import { installModel } from './installModel';
import { manageModels } from './manageModels';
import { openComparison } from './openComparison';
import { openSample, type SampleServices } from './openSample';
import { removeModel } from './removeModel';
import { serverCredentials, type CredentialServices } from './serverCredentials';
import { showDevices, type ShowDevicesServices } from './showDevices';
import { showLog } from './showLog';
import { upscaleFolder, upscaleWorkspace } from './upscaleFolder';
import { upscaleImage, type UpscaleImageServices } from './upscaleImage';
import { upscaleImageAs } from './upscaleImageAs';
import { sentences } from '../../shared/sentences';

export type CommandServices = ShowDevicesServices &
  CredentialServices &
  ModelServices &
  SampleServices &
  Pick<UpscaleImageServices, 'sizes'> & {
    readonly jobs: UpscaleJobs;
    readonly panels: ComparisonPanels;
    readonly batches: BatchPanels;
  };

type Handler = (...args: readonly unknown[]) => unknown;

/**
 * Every command the manifest contributes. Arguments come from menus, keybindings and other code:
 * check them.
 */
const commandTable = (services: CommandServices): Record<CommandId, Handler> => ({
  [UPSCALE_IMAGE_COMMAND]: (clicked, selection) => upscaleImage(services, clicked, selection),
  [UPSCALE_IMAGE_AS_COMMAND]: (clicked, selection, kind) =>
    upscaleImageAs(services, clicked, selection, kind),
  [UPSCALE_WORKSPACE_COMMAND]: () => upscaleWorkspace(services.batches),
  [UPSCALE_FOLDER_COMMAND]: (clicked, selection) =>
    upscaleFolder(services.batches, clicked, selection),
  [UPSCALE_SELECTION_COMMAND]: (clicked, selection) =>
    upscaleFolder(services.batches, clicked, selection),
  [OPEN_SAMPLE_COMMAND]: (name) => openSample(services, name),
  [CREATE_RECIPE_COMMAND]: (clicked, kind) => createRecipe(clicked, kind),
  [COMPARE_COMMAND]: (original, result, made) => compare(services, original, result, made),
  [OPEN_COMPARISON_COMMAND]: (clicked, selection) =>
    openComparison(services.panels, clicked, selection),
  [COMPARE_WITH_HEAD_COMMAND]: (clicked, more) => compareWithHead(services.panels, clicked, more),
  [COMPARE_WITH_REVISION_COMMAND]: (clicked, more) =>
    compareWithRevision(services.panels, clicked, more),
  [SHOW_DEVICES_COMMAND]: () => showDevices(services),
  [MANAGE_MODELS_COMMAND]: () => manageModels(services),
  [ADD_MODEL_COMMAND]: (clicked, selection) => addModel(services, clicked, selection),
  [INSTALL_MODEL_COMMAND]: (options) => installModel(services, options),
  [IMPORT_MODEL_COMMAND]: (options) => importModel(services, options),
  [REMOVE_MODEL_COMMAND]: (options) => removeModel(services, options),
  [SERVER_CREDENTIALS_COMMAND]: () => serverCredentials(services),
  [SHOW_LOG_COMMAND]: () => showLog(services.log),
  ...panelCommands(services.panels),
});

/** Those that the comparison in front carries out. */
const panelCommands = (panels: ComparisonPanels): Record<PanelCommandId, Handler> =>
  Object.fromEntries(
    PANEL_COMMANDS.map((command) => [panelCommandId(command), () => panels.command(command)]),
  ) as Record<PanelCommandId, Handler>;

/** Runs a command by its id, with what VS Code or other code gave it. */
export type CommandRunner = (id: CommandId, args: readonly unknown[]) => Promise<unknown>;

export function commandRunner(services: CommandServices): CommandRunner {
  const table = commandTable(services);
  return (id, args) => worded(table[id])(...args);
}

/** VS Code shows what a command throws, so that, too, must be only words. */
const worded =
  (handler: Handler): ((...args: readonly unknown[]) => Promise<unknown>) =>
  async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      const told = RpcError.from(error);
      throw new RpcError({
        ...told.toValue(),
        message: messageText(sentences([told.message, ...told.list])),
      });
    }
  };
