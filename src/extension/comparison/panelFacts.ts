import type * as vscode from 'vscode';
import { whyNotSource } from '../../files/assetCatalogs';
import type { UpscaleProgress } from '../../shared/engineProtocol';
import type { PanelProgress } from '../../shared/panelProtocol';
import { inWords } from '../../shared/phrase';
import { deviceName } from '../devices/deviceNames';

/** The same rule as the engine's: a name or a catalog says that the picture is an enlargement already. */
export const leftAlone = async (source: vscode.Uri): Promise<string> =>
  source.scheme === 'file' ? inWords((await whyNotSource(source.fsPath)) ?? '') : '';

/** Progress of saving, whose tiles are not shown. */
export const toPanelProgress = ({
  tile,
  tiles,
  device,
  server,
  secondsLeft,
}: UpscaleProgress): PanelProgress => ({
  done: Math.min(tile, tiles),
  total: tiles,
  device: device ? deviceName(device, server) : '',
  secondsLeft,
  tile: undefined,
  picture: undefined,
});
