import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { GUIDANCE_RANGE, type Guidance } from '../../../shared/guidance';
import { Lambda } from '../../components/icons';
import { keyStep, LARGE_STEP } from '../dialSteps';
import { onDrag } from '../drag';
import { PadZone } from '../padZone';
import { dialText } from '../text';
import type { LiveControl } from './control';

/** Near these steps the pad snaps, unless Alt is down. */
const SNAP_STEP = 0.5;
const SNAP_DISTANCE = 0.03;

/** Both dials at once. The sliders are the precise way. */
export function Pad({ view, actions, current }: LiveControl): JSX.Element {
  const pad = useRef<HTMLDivElement>(null);
  const { guidance, branches, state, defaults } = view;
  const both = branches.includes('semantic') && branches.includes('pixel');
  /** A dial that the model lacks keeps its value for models that have it. */
  const set = (wanted: Guidance): void => {
    const { branches: has, state: now } = current();
    actions.setGuidance({
      pixel: has.includes('pixel') ? wanted.pixel : now.guidance.pixel,
      semantic: has.includes('semantic') ? wanted.semantic : now.guidance.semantic,
    });
  };
  const latest = useRef(set);
  latest.current = set;
  useEffect(() => {
    const element = pad.current;
    if (element)
      onDrag(element, {
        start: () => actions.beginGesture(),
        move: (event) => latest.current(pointAt(element, event)),
        end: () => actions.endGesture(),
      });
  }, [actions]);
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey) return;
    const now = current();
    const next = nextPoint(event, now.state.guidance, now.defaults);
    if (!next) return;
    event.preventDefault();
    // A key that is held is one step of the history.
    if (!event.repeat) actions.endGesture();
    actions.beginGesture();
    set(next);
  };
  const values = [dialText(guidance.pixel), dialText(guidance.semantic)];
  return (
    <div class="pad-area">
      <Lambda index="sem" class="y-name" />
      <div class="y-ticks" aria-hidden="true">
        <span>1.5</span>
        <span>1</span>
        <span>0.5</span>
        <span>0</span>
      </div>
      <div
        class={both ? 'pad' : 'pad one-dial'}
        id="pad"
        ref={pad}
        role="slider"
        tabIndex={0}
        aria-roledescription={l10n.t('two-dimensional slider')}
        aria-label={
          both
            ? l10n.t(
                'Guidance pad: left and right arrows set pixel fidelity, up and down arrows set semantic detail',
              )
            : l10n.t('Guidance pad: left and right arrows set pixel fidelity')
        }
        aria-valuemin={GUIDANCE_RANGE.minimum}
        aria-valuemax={GUIDANCE_RANGE.maximum}
        aria-valuenow={guidance.pixel}
        aria-valuetext={
          both
            ? l10n.t('Pixel fidelity {0}, semantic detail {1}', ...values)
            : l10n.t('Pixel fidelity {0}', ...values)
        }
        style={placeOf(guidance)}
        onDblClick={() => actions.setGuidance(current().defaults)}
        onKeyDown={press}
        onKeyUp={() => actions.endGesture()}
        onBlur={() => actions.endGesture()}
      >
        <Zone view={view} both={both} />
        <Grid />
        <span class="corner top left">{l10n.t('noisy, textured')}</span>
        <span class="corner top right">{l10n.t('rich, may invent')}</span>
        <span class="corner bottom left">{l10n.t('noisy, as is')}</span>
        <span class="corner bottom right">{l10n.t('clean, smooth')}</span>
        <i class="hair across" />
        <i class="hair up" />
        <i class="ring" style={placeOf(defaults)} />
        <i
          class="mark"
          id="padMark"
          hidden={!state.pinned}
          style={state.pinned && placeOf(state.pinned.guidance)}
        >
          {l10n.t('A')}
        </i>
        <i class="dot" />
      </div>
      <div class="x-ticks" aria-hidden="true">
        <span>0</span>
        <span>0.5</span>
        <span>1</span>
        <span>1.5</span>
      </div>
      <Lambda index="pix" class="x-name" />
    </div>
  );
}

/** Hatches the pad where the figures warn. */
function Zone({ view, both }: Pick<LiveControl, 'view'> & { both: boolean }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const zone = useRef<PadZone>(undefined);
  const figures = both ? view.run.preview?.figures : undefined;
  useLayoutEffect(() => {
    if (!figures || !canvas.current) return;
    zone.current ??= new PadZone(canvas.current);
    zone.current.show(figures);
  });
  return <canvas class="zone" id="zone" width={432} height={432} hidden={!figures} ref={canvas} />;
}

const Grid = (): JSX.Element => (
  <svg class="grid" aria-hidden="true" viewBox="0 0 6 6" preserveAspectRatio="none">
    <path class="minor" d="M1 0v6M3 0v6M5 0v6M0 1h6M0 3h6M0 5h6" />
    <path class="major" d="M2 0v6M4 0v6M0 2h6M0 4h6" />
  </svg>
);

/** The guidance under the pointer. */
function pointAt(pad: HTMLElement, { clientX, clientY, altKey }: PointerEvent): Guidance {
  const { left, bottom, width, height } = pad.getBoundingClientRect();
  const snap = (value: number): number => {
    const near = Math.round(value / SNAP_STEP) * SNAP_STEP;
    return !altKey && Math.abs(value - near) < SNAP_DISTANCE ? near : value;
  };
  return {
    pixel: snap(((clientX - left) / width) * GUIDANCE_RANGE.maximum),
    semantic: snap(((bottom - clientY) / height) * GUIDANCE_RANGE.maximum),
  };
}

/** Up to the pad's corners: End is the far one, Home the default. */
function nextPoint(
  event: KeyboardEvent,
  { pixel, semantic }: Guidance,
  defaults: Guidance,
): Guidance | undefined {
  const step = keyStep(event);
  const { maximum } = GUIDANCE_RANGE;
  return {
    ArrowLeft: { pixel: pixel - step, semantic },
    ArrowRight: { pixel: pixel + step, semantic },
    ArrowDown: { pixel, semantic: semantic - step },
    ArrowUp: { pixel, semantic: semantic + step },
    PageDown: { pixel, semantic: semantic - LARGE_STEP },
    PageUp: { pixel, semantic: semantic + LARGE_STEP },
    Home: defaults,
    End: { pixel: maximum, semantic: maximum },
  }[event.key];
}

/** Where a guidance lies on the pad. */
const placeOf = ({ pixel, semantic }: Guidance): Record<'--x' | '--y', string> => ({
  '--x': percent(pixel),
  '--y': percent(semantic),
});

const percent = (value: number): string => `${(value / GUIDANCE_RANGE.maximum) * 100}%`;
