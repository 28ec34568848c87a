import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Codicon } from '../../components/icons';
import { IconButton } from '../../components/IconButton';
import type { Control } from './control';

/** The way through the results of a batch. */
export function SeriesSteps({ view, actions }: Control): JSX.Element | null {
  const series = view.run.init?.series;
  if (!series) return null;
  return (
    <div class="group series" role="group" aria-label={l10n.t('Results')}>
      <IconButton
        id="previousPair"
        label={l10n.t('Previous result ({0})', 'P')}
        onPress={() => actions.step(-1)}
      >
        <Codicon name="chevron-left" />
      </IconButton>
      <span id="seriesPlace" role="status">
        {l10n.t('{0} of {1}', series.at + 1, series.count)}
      </span>
      <IconButton
        id="nextPair"
        label={l10n.t('Next result ({0})', 'N')}
        onPress={() => actions.step(1)}
      >
        <Codicon name="chevron-right" />
      </IconButton>
    </div>
  );
}
