import type { JSX } from 'preact';
import type { Stage } from '../stage';
import type { Control } from './control';
import { Display } from './Display';
import { Modes } from './Modes';
import { ProgressLine } from './ProgressLine';
import { RunChip } from './RunChip';
import { SaveButton } from './SaveButton';
import { Saved } from './Saved';
import { SeriesSteps } from './SeriesSteps';
import { useWordsThatFit } from './useWordsThatFit';
import { Zoom } from './Zoom';

/** Modes, zoom, display, and at the end what runs and what can be done with the result. */
export const Toolbar = ({
  view,
  actions,
  stage,
}: Control & { readonly stage: Stage }): JSX.Element => (
  <header class="toolbar" ref={useWordsThatFit()}>
    <Modes view={view} actions={actions} />
    <Zoom view={view} stage={stage} />
    <Display view={view} actions={actions} />
    <SeriesSteps view={view} actions={actions} />
    <div class="end">
      <Saved view={view} actions={actions} />
      <RunChip view={view} />
      <SaveButton view={view} actions={actions} stage={stage} />
    </div>
    <ProgressLine view={view} />
  </header>
);
