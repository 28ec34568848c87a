import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { panelModelOf } from '../../../shared/panelModels';
import { Codicon } from '../../components/icons';
import { IconButton } from '../../components/IconButton';
import { RadioGroup } from '../../components/RadioGroup';
import { tip } from '../../components/tip';
import type { Pinned } from '../panelState';
import { isSettled } from '../saveRules';
import { dialText } from '../text';
import type { Control } from './control';

/** A/B: keeps a setting as A and compares the present one with it. */
export function CompareRow({ view, actions }: Control): JSX.Element {
  const { pinned } = view.state;
  const header = useRef<HTMLElement>(null);
  /** What gets the focus once it is there: whoever pinned or unpinned goes on beside it. */
  const next = useRef('');
  useLayoutEffect(() => {
    if (next.current === '') return;
    header.current?.querySelector<HTMLElement>(next.current)?.focus();
    next.current = '';
  });
  return (
    <section class="pane compare" aria-labelledby="compareTitle">
      <header ref={header}>
        <h2 id="compareTitle">{l10n.t('A/B')}</h2>
        {pinned ? (
          <PinnedSet
            view={view}
            actions={actions}
            pinned={pinned}
            onUnpin={() => {
              next.current = '#pin';
              actions.unpin();
            }}
          />
        ) : (
          <button
            type="button"
            class="button small"
            id="pin"
            disabled={!isSettled(view)}
            onClick={() => {
              next.current = '[data-with=A]';
              actions.pin();
            }}
            {...tip(l10n.t('Keeps this setting as A, to compare the next ones with it'))}
          >
            <Codicon name="pinned" />
            {l10n.t('Pin current as A')}
          </button>
        )}
      </header>
    </section>
  );
}

function PinnedSet({
  view: { run, comparesWithA, ...view },
  actions,
  pinned,
  onUnpin,
}: Control & { readonly pinned: Pinned; readonly onUnpin: () => void }): JSX.Element {
  const { pixel, semantic } = pinned.guidance;
  const dials = `${dialText(pixel)} · ${dialText(semantic)}`;
  const model = panelModelOf(run.init?.models ?? [], pinned.model)?.name ?? pinned.model;
  return (
    <div class="compare-set" id="compareSet">
      <RadioGroup
        id="compareWith"
        class="segments"
        label={l10n.t('Compare with')}
        name="with"
        choices={[
          { value: 'original', content: view.names.original },
          {
            value: 'A',
            disabled: !run.pinnedLoaded,
            tooltip: run.pinnedLoaded
              ? l10n.t('{0}, {1}', model, dials)
              : l10n.t('A was made with {0}, which is not loaded: swap to see it', model),
            content: (
              <>
                <b>{l10n.t('A')}</b> <span id="pinnedDials">{dials}</span>
              </>
            ),
          },
        ]}
        chosen={comparesWithA ? 'A' : 'original'}
        onChoose={(what) => actions.compareWith(what)}
      />
      <IconButton
        id="swap"
        label={l10n.t('Swap A and current')}
        disabled={!isSettled({ run, comparesWithA, ...view })}
        onPress={() => actions.swap()}
      >
        <Codicon name="arrow-swap" />
      </IconButton>
      <IconButton id="unpin" label={l10n.t('Unpin A')} onPress={onUnpin}>
        <Codicon name="close" />
      </IconButton>
    </div>
  );
}
