import * as l10n from '@vscode/l10n';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from '../components/Button';
import type { BatchController } from './batchController';
import { failedOf, resultsOf, type BatchState, type Phase } from './batchState';
import { nothingSelected, totals } from './batchWords';
import { byCount } from '../../shared/locale';

/** What the selection, the run or the report comes to, and what can be done next. */
export function BatchFooter({ controller }: { readonly controller: BatchController }) {
  const { state } = controller;
  const { phase, standing, init, problem } = state;
  const isPlan = phase === 'plan';
  const hasFailed = isPlan && failedOf(state).length > 0;
  return (
    <footer ref={useNextStep(phase)}>
      {phase === 'running' && <RunBar state={state} />}
      <p id="totals" role="status">
        {totals(state)}
      </p>
      {isPlan && resultsOf(state).length > 0 && (
        <Button secondary id="compare" onPress={() => controller.compare()}>
          {l10n.t('Compare Results')}
        </Button>
      )}
      {isPlan && state.report && (
        <Button secondary id="sourceControl" onPress={() => controller.tell('openSourceControl')}>
          {l10n.t('Open Source Control')}
        </Button>
      )}
      {hasFailed && (
        <Button
          secondary
          id="retry"
          disabled={state.starting}
          onPress={() => void controller.retry()}
        >
          {l10n.t('Retry Failed')}
        </Button>
      )}
      {(hasFailed || phase === 'problem') && (
        <Button secondary id="showLog" onPress={() => controller.tell('showLog')}>
          {l10n.t('Show Log')}
        </Button>
      )}
      {problem?.code === 'recipe' && (
        <Button secondary id="openRecipe" onPress={() => controller.tell('openRecipe')}>
          {l10n.t('Open Recipe')}
        </Button>
      )}
      {(isPlan || phase === 'problem') && (
        <Button
          secondary
          id="newPlan"
          disabled={state.starting}
          onPress={() => void controller.load('replan')}
        >
          {phase === 'problem' ? l10n.t('Try Again') : l10n.t('Refresh')}
        </Button>
      )}
      {(phase === 'running' || phase === 'planning') && (
        <Button secondary id="cancel" disabled={state.cancelling} onPress={controller.cancel}>
          {cancelName(state)}
        </Button>
      )}
      {phase === 'running' && !standing?.other && (
        <Button id="pause" disabled={state.cancelling} onPress={controller.pauseOrResume}>
          {standing?.paused ? l10n.t('Resume') : l10n.t('Pause')}
        </Button>
      )}
      {isPlan && (init?.plan.rows.length ?? 0) > 0 && <StartButton controller={controller} />}
    </footer>
  );
}

/** What leads on, the likeliest first. */
const NEXT_STEPS = ['pause', 'compare', 'start', 'newPlan'];

/**
 * Whoever pressed a button that then goes away is at the one that leads on, not at the page's
 * beginning; at the same one where it comes back. Gives the reference of what holds them.
 */
function useNextStep(phase: Phase): RefObject<HTMLElement | null> {
  const place = useRef<HTMLElement>(null);
  const pressed = useRef('');
  // Before the page is changed: afterwards the focus is lost already.
  const { activeElement } = document;
  if (place.current?.contains(activeElement)) pressed.current = activeElement?.id ?? '';
  else if (activeElement !== document.body) pressed.current = '';
  useLayoutEffect(() => {
    const isLost = document.hasFocus() && document.activeElement === document.body;
    if (phase === 'planning' || pressed.current === '' || !isLost) return;
    const steps = [pressed.current, ...NEXT_STEPS].map((id) =>
      place.current?.querySelector<HTMLElement>(`#${id}:not([disabled])`),
    );
    // An element takes the focus once it has drawn itself.
    requestAnimationFrame(() => steps.find((step) => step)?.focus());
  }, [phase]);
  return place;
}

function StartButton({ controller }: { readonly controller: BatchController }) {
  const { ticked, starting } = controller.state;
  const { size } = ticked;
  return (
    <Button
      id="start"
      disabled={size === 0 || starting}
      title={
        size === 0
          ? nothingSelected()
          : byCount(
              size,
              l10n.t('Upscale the selected image'),
              l10n.t('Upscale the {0} selected images', size),
            )
      }
      onPress={controller.startTicked}
    >
      {size === 0 ? l10n.t('Start') : l10n.t('Start ({0})', size)}
    </Button>
  );
}

function RunBar({ state: { standing } }: { readonly state: BatchState }) {
  const share =
    standing && standing.total > 0
      ? (standing.done + standing.current.reduce((sum, one) => sum + one.share, 0)) / standing.total
      : 0;
  return (
    <vscode-progress-bar
      id="bar"
      value={Math.round(Math.min(1, share) * 100)}
      aria-label={l10n.t('Upscale Images')}
    />
  );
}

function cancelName({ phase, standing }: BatchState): string {
  if (phase === 'planning') return l10n.t('Stop');
  if (!standing?.other) return l10n.t('Cancel');
  return standing.other.thenStarts ? l10n.t('Stop Waiting') : l10n.t('Back to the Plan');
}
