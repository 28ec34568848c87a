import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Codicon } from '../../components/icons';
import { IconButton } from '../../components/IconButton';
import { tip } from '../../components/tip';
import { zoomStep } from '../../viewTransform';
import type { PanelView } from '../panelView';
import type { Stage } from '../stage';

/** How large the picture is seen. */
export const Zoom = ({
  view: { state },
  stage,
}: {
  readonly view: PanelView;
  readonly stage: Stage;
}): JSX.Element => (
  <div class="group zoom" role="group" aria-label={l10n.t('Zoom')}>
    <IconButton
      id="zoomOut"
      label={l10n.t('Zoom out (−)')}
      onPress={() => stage.change((view, frame) => zoomStep(view, -1, frame))}
    >
      <Codicon name="remove" />
    </IconButton>
    <output class="zoom-value" id="zoomValue" aria-label={l10n.t('Zoom level')}>
      {stage.place ? l10n.t('{0}%', Math.round(stage.place.zoom * 100)) : ''}
    </output>
    <IconButton
      id="zoomIn"
      label={l10n.t('Zoom in (+)')}
      onPress={() => stage.change((view, frame) => zoomStep(view, 1, frame))}
    >
      <Codicon name="add" />
    </IconButton>
    <IconButton
      id="zoomFit"
      label={l10n.t('Fit to window (0)')}
      pressed={state.view.zoom === 'fit'}
      onPress={() => stage.fit()}
    >
      <Codicon name="screen-full" />
    </IconButton>
    <button
      type="button"
      class="tool text"
      id="zoomActual"
      aria-pressed={state.view.zoom === 1}
      onClick={() => stage.actualPixels()}
      {...tip(l10n.t('Actual pixels: one pixel of the result is one pixel of the screen'))}
    >
      {l10n.t('{0}%', 100)}
    </button>
  </div>
);
