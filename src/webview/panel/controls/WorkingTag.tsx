import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { longRunSeconds } from '../../../shared/longRun';
import { DEFAULT_MODEL } from '../../../shared/settings';
import { tip } from '../../components/tip';
import type { PanelView } from '../panelView';
import type { Stage } from '../stage';
import { timeLeft } from '../text';
import type { Control } from './control';

/**
 * What runs, on the picture, with the button that ends it: far from where Save is, so that a click
 * a moment too late writes nothing.
 */
export function WorkingTag({
  view,
  actions,
  stage,
}: Control & { readonly stage: Stage }): JSX.Element {
  const cancel = useRef<HTMLButtonElement>(null);
  const faster = useRef<HTMLButtonElement>(null);
  const { phase, filling, saving } = view.run;
  const running = phase === 'loading' || filling || saving !== undefined;
  const offered = running && isLong(view);
  useLayoutEffect(() => {
    // Whoever waited here is at the picture then.
    const gone = (!running && cancel.current) || (!offered && faster.current);
    if (gone && document.activeElement === gone) stage.focus();
  }, [running, offered, stage]);
  return (
    <div class="tag working" id="working" hidden={!running}>
      <span id="workingText">{running ? runningText(view) : ''}</span>
      <button
        type="button"
        class="link"
        id="faster"
        hidden={!offered}
        ref={faster}
        onClick={() => actions.useEmbedded()}
        {...tip(l10n.t('The embedded model is much faster'))}
      >
        {l10n.t('Use PiSA Compact')}
      </button>
      <button type="button" class="link" id="cancel" ref={cancel} onClick={() => actions.cancel()}>
        {l10n.t('Cancel')}
      </button>
    </div>
  );
}

/** What runs, and how far it is: "Upscaling · tile 7 of 16 · 5.0 s left". */
function runningText({ run }: PanelView): string {
  const progress = run.saving ?? run.progress;
  const { done = 0, total = 0, secondsLeft } = progress ?? {};
  return [
    run.saving
      ? l10n.t('Saving')
      : run.standIn
        ? l10n.t('Preparing the dials')
        : l10n.t('Upscaling'),
    ...(total > 0 ? [l10n.t('tile {0} of {1}', Math.min(total, done + 1), total)] : []),
    ...(typeof secondsLeft === 'number' ? [timeLeft(secondsLeft)] : []),
  ].join(' · ');
}

/** Whether what runs takes long, and the embedded model could be taken in its place. */
function isLong({ state, run }: PanelView): boolean {
  if (!run.progress || run.saving !== undefined) return false;
  if (!run.init?.models.some(({ id }) => id === DEFAULT_MODEL)) return false;
  const { secondsLeft } = run.progress;
  const { restore } = state.output;
  // As long as it takes long: whoever has waited a while may still change their mind.
  return (
    longRunSeconds(
      { phase: 'infer', tile: 0, ...(secondsLeft == null ? {} : { secondsLeft }) },
      {
        model: state.model,
        restore,
      },
    ) !== undefined
  );
}
