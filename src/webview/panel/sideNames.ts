import * as l10n from '@vscode/l10n';
import type { PanelView } from './panelView';

/** What both sides are called now. */
export const sideNames = ({
  comparesWithA,
  names,
}: PanelView): { readonly compare: string; readonly result: string } => ({
  compare: comparesWithA ? l10n.t('A') : names.original,
  result: names.upscaled,
});
