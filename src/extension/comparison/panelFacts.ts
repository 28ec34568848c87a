import * as vscode from 'vscode';
import { densityOf } from '../../shared/density';
import type { UpscaleProgress } from '../../shared/engineProtocol';
import type { PanelProgress } from '../../shared/panelProtocol';
import { deviceName } from '../devices/deviceNames';
import { baseName } from './comparison';

/** The same rule as the engine's: the name says that the picture is an enlargement already. */
export function leftAlone(source: vscode.Uri): string {
  const density = densityOf(source.path);
  return density
    ? vscode.l10n.t(
        '{0} is the ×{1} picture of a set already, as its name says. Upscale the picture of density 1 instead.',
        baseName(source),
        density.factor,
      )
    : '';
}

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
