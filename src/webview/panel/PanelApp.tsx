import type { JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { PanelDrop } from '../../shared/panelDrop';
import { Tooltip } from '../components/Tooltip';
import type { LiveControl } from './controls/control';
import { DropZone } from './controls/DropZone';
import { Facts } from './controls/Facts';
import { Sidebar } from './controls/Sidebar';
import { StageArea } from './controls/StageArea';
import { Toolbar } from './controls/Toolbar';
import type { PanelView } from './panelView';
import type { Stage } from './stage';

type Props = LiveControl & {
  readonly stage: Stage;
  readonly onDrop: (drop: PanelDrop) => void;
};

/** The comparison's page. It is drawn anew once a frame, however much changed. */
export function PanelApp({ view, actions, current, stage, onDrop }: Props): JSX.Element {
  useLayoutEffect(() => describeBody(view));
  const placed = stage.placeFor(view);
  return (
    <>
      <Toolbar view={view} actions={actions} stage={stage} />
      <StageArea view={view} actions={actions} current={current} stage={stage} placed={placed} />
      <Sidebar view={view} actions={actions} current={current} />
      <Facts view={view} />
      <DropZone onDrop={onDrop} />
      <Tooltip />
      <p class="spoken" id="announcements" role="status" />
    </>
  );
}

/** What styles go by, and whether the page is busy for screen readers. */
function describeBody({ run, mode, done, busy }: PanelView): void {
  const { body } = document;
  if (run.init) body.dataset.kind = run.init.kind;
  body.dataset.mode = done ? mode : '';
  body.classList.toggle('failed', run.phase === 'stopped');
  // Where no picture was opened nothing can be set, compared or saved.
  const { kind } = run.notice ?? {};
  body.classList.toggle('unopened', kind === 'unopenable' || kind === 'init');
  body.setAttribute('aria-busy', String(busy));
}
