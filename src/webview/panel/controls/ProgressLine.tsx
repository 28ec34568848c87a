import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import type { PanelView } from '../panelView';

/** How far what runs is: a line under the toolbar. */
export function ProgressLine({ view: { run } }: { readonly view: PanelView }): JSX.Element {
  const progress = run.saving ?? run.progress;
  const share = progress && progress.total > 0 ? progress.done / progress.total : undefined;
  const running = run.saving !== undefined || run.filling || run.phase === 'loading';
  return (
    <div
      class={share === undefined ? 'progress unknown' : 'progress'}
      id="progress"
      role="progressbar"
      aria-label={run.saving ? l10n.t('Saving') : l10n.t('Upscaling')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      hidden={!running}
      style={{ '--share': `${(share ?? 0) * 100}%` }}
    />
  );
}
