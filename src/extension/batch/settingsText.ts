import * as vscode from 'vscode';
import type { UpscaleSettings } from '../../shared/settings';

/** What decides how a batch's results look and where they go, in one line. */
export function settingsText(
  {
    scale,
    guidance: { pixel, semantic },
    format,
    namePattern,
  }: Pick<UpscaleSettings, 'scale' | 'guidance' | 'format' | 'namePattern'>,
  modelName: string,
): string {
  return [
    modelName,
    scale === 1 ? vscode.l10n.t('the same size') : vscode.l10n.t('{0} times larger', scale),
    vscode.l10n.t('pixel fidelity {0}, semantic detail {1}', pixel, semantic),
    format === 'source'
      ? vscode.l10n.t('format of the source')
      : vscode.l10n.t('format {0}', format.toUpperCase()),
    namePattern.includes('/')
      ? vscode.l10n.t('to {0}', namePattern)
      : vscode.l10n.t('beside the source as {0}', namePattern),
  ].join(' · ');
}
