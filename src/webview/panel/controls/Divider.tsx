import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Drawing } from '../../components/icons';
import { dividerAt, dividerPlace } from '../../render/layout';
import { onDrag } from '../drag';
import { sideNames } from '../sideNames';
import type { Stage } from '../stage';
import type { Placed } from '../stagePlacing';
import type { LiveControl } from './control';

type Props = LiveControl & { readonly stage: Stage; readonly placed: Placed | undefined };

/** The line between both pictures. */
export function Divider({ view, actions, current, stage, placed }: Props): JSX.Element {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = line.current;
    if (!element) return;
    onDrag(element, {
      start: () => element.classList.add('dragged'),
      move: ({ clientX }) => {
        const { place } = stage;
        if (place)
          actions.setDivider(dividerAt(place.picture, place.placing, clientX - stage.left));
      },
      end: () => element.classList.remove('dragged'),
    });
  }, [actions, stage]);
  const { divider } = view.state;
  const shown = view.mode === 'divider' ? placed : undefined;
  const place = shown && dividerPlace(shown.picture, shown.placing, divider);
  const percent = Math.round(divider * 100);
  const { compare, result } = sideNames(view);
  return (
    <div
      class="divider"
      id="divider"
      ref={line}
      role="slider"
      tabIndex={0}
      aria-orientation="horizontal"
      aria-label={l10n.t('Comparison divider')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={l10n.t('{0}% {1}, {2}% {3}', percent, compare, 100 - percent, result)}
      hidden={!place}
      style={
        place && { '--x': `${place.x}px`, '--y': `${place.y}px`, '--height': `${place.height}px` }
      }
      onDblClick={() => actions.setDivider(0.5)}
      onKeyDown={(event) => {
        const next = nextDivider(event, current().state.divider);
        if (next === undefined) return;
        event.preventDefault();
        actions.setDivider(next);
      }}
    >
      <span class="knob">
        <Drawing name="grip" />
      </span>
    </div>
  );
}

/** 1 %, with Shift 10 %; whole percents, so that steps add up. */
function nextDivider(
  { key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent,
  now: number,
): number | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const step = shiftKey ? 0.1 : 0.01;
  const next = {
    ArrowLeft: now - step,
    ArrowDown: now - step,
    ArrowRight: now + step,
    ArrowUp: now + step,
    PageUp: now + 0.1,
    PageDown: now - 0.1,
    Home: 0,
    End: 1,
  }[key];
  return next === undefined ? undefined : Math.round(Math.min(1, Math.max(0, next)) * 100) / 100;
}
