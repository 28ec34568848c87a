import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { pageText } from '../../../shared/safeText';
import type { PanelView } from '../panelView';
import type { Stage } from '../stage';
import type { Placed } from '../stagePlacing';
import { Banner } from './Banner';
import type { LiveControl } from './control';
import { Divider } from './Divider';
import { Legend } from './Legend';
import { Loupe } from './Loupe';
import { NoticeCard } from './NoticeCard';
import { Tags } from './Tags';
import { WorkingTag } from './WorkingTag';

/** For the editor's context menu: there is nothing to cut or paste in a picture. */
const NO_CLIPBOARD_MENU = JSON.stringify({ preventDefaultContextMenuItems: true });

/**
 * The picture with what lies on it: tags, legend, divider, pixel values, and what has to be said.
 */
export function StageArea({
  view,
  actions,
  current,
  stage,
  placed,
}: LiveControl & {
  readonly stage: Stage;
  readonly placed: Placed | undefined;
}): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => (element.current ? stage.attach(element.current) : undefined), [stage]);
  return (
    <main class="stage-area">
      <div
        class="stage"
        id="stage"
        ref={element}
        role="group"
        tabIndex={0}
        aria-label={l10n.t('Image comparison. Plus and minus zoom, arrow keys move the picture.')}
        data-vscode-context={NO_CLIPBOARD_MENU}
      >
        <Picture view={view} stage={stage} placed={placed} />
        <Tags view={view} placed={placed}>
          <Legend view={view} stops={stage.renderer.legend()} />
        </Tags>
        <Divider view={view} actions={actions} current={current} stage={stage} placed={placed} />
        <Loupe view={view} stage={stage} placed={placed} />
        <p class="problem" id="problem" role="status">
          {view.run.problem}
        </p>
      </div>
      <WorkingTag view={view} actions={actions} stage={stage} />
      <Banner view={view} actions={actions} stage={stage} />
      <NoticeCard view={view} actions={actions} stage={stage} />
    </main>
  );
}

/** Holds the canvas, in whose place the renderer may put another, and has it drawn. */
function Picture({
  view,
  stage,
  placed,
}: {
  readonly view: PanelView;
  readonly stage: Stage;
  readonly placed: Placed | undefined;
}): JSX.Element {
  const surface = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    surface.current?.append(stage.canvasHolder);
  }, [stage]);
  useLayoutEffect(() => {
    if (placed) stage.draw(view, placed);
  });
  return (
    <div
      class="surface"
      id="surface"
      ref={surface}
      role="img"
      aria-label={l10n.t(
        '{0}, original and upscaled',
        pageText(view.run.init?.original.fileName ?? ''),
      )}
      hidden={view.run.problem !== ''}
    />
  );
}
