import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Codicon } from '../../components/icons';
import { tip } from '../../components/tip';
import type { PanelView } from '../panelView';
import { secondsText, timeLeft } from '../text';

/** Where the picture was made and how long it took, or what runs and where. */
export function RunChip({ view }: { readonly view: PanelView }): JSX.Element {
  const text = chipText(view);
  return (
    <span
      class="chip"
      id="chip"
      role="group"
      aria-labelledby="chipText"
      tabIndex={0}
      hidden={text === '' || view.run.confirmed !== ''}
      {...tip(chipTip(view))}
    >
      <Codicon name="chip" />
      <span id="chipText">{text}</span>
    </span>
  );
}

function chipText({ run, pair }: PanelView): string {
  if (pair) return '';
  if (run.saving)
    return joined(l10n.t('Saving'), run.saving.device, leftText(run.saving.secondsLeft));
  if (run.phase === 'loading')
    return joined(run.progress?.device, leftText(run.progress?.secondsLeft)) || l10n.t('Starting');
  return run.preview ? joined(run.preview.device, secondsText(run.preview.seconds)) : '';
}

function chipTip({ run }: PanelView): string {
  if (!run.preview || run.phase !== 'ready')
    return joined(l10n.t('Upscaling'), run.progress?.device);
  return l10n.t(
    'Ran on {0} in {1}. Moving the dials afterwards costs nothing.',
    run.preview.device,
    secondsText(run.preview.seconds),
  );
}

const joined = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined && text !== '').join(' · ');

const leftText = (seconds: number | undefined | null): string | undefined =>
  typeof seconds === 'number' ? timeLeft(seconds) : undefined;
