import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { clampDial, GUIDANCE_RANGE, type Branch } from '../../../shared/guidance';
import { Lambda } from '../../components/icons';
import { tip } from '../../components/tip';
import { FINE_STEP, keyStep, LARGE_STEP, toStep } from '../dialSteps';
import type { PanelView } from '../panelView';
import { dialText } from '../text';
import type { LiveControl } from './control';

/** A dial's slider and its number. Both are native: nothing stands between a hand and the picture. */
export function Dial({
  branch,
  view,
  actions,
  current,
}: LiveControl & { readonly branch: Branch }): JSX.Element {
  const number = useRef<HTMLInputElement>(null);
  const { label, symbol, tooltip } = wordsOf(branch);
  const asleep = view.run.standIn;
  const has = view.branches.includes(branch);
  const value = view.guidance[branch];
  const now = (): number => current().guidance[branch];
  const set = (next: number): void =>
    actions.setGuidance({ ...current().state.guidance, [branch]: next });
  const showNumber = (): void => {
    if (number.current) number.current.value = dialText(now());
  };
  /** From the first input to the change is one gesture: a drag, or typing. */
  const input = (wanted: number): void => {
    if (!Number.isFinite(wanted)) return;
    actions.beginGesture();
    set(clampDial(wanted, now()));
  };
  const press = (event: KeyboardEvent): void => {
    const next = nextDial(event, now());
    if (next === undefined) return;
    event.preventDefault();
    // A key that is held is one step of the history.
    if (!event.repeat) actions.endGesture();
    actions.beginGesture();
    set(next);
  };
  useLayoutEffect(() => {
    const field = number.current;
    if (!field) return;
    // What is being typed stays as it is: "1." and "1.5" on the way to "1.50".
    const typed = document.activeElement === field ? field.valueAsNumber : undefined;
    const stays = typed !== undefined && (Number.isNaN(typed) || typed === value);
    if (!stays && field.value !== dialText(value)) field.value = dialText(value);
  });
  const { minimum, maximum, step } = GUIDANCE_RANGE;
  return (
    <div class={has || asleep ? 'dial' : 'dial off'} id={`${branch}Dial`}>
      <label for={`${branch}Slider`}>
        {label} <Lambda index={symbol} class="symbol" />
      </label>
      <input
        class="number"
        id={`${branch}Number`}
        type="number"
        ref={number}
        min={minimum}
        max={maximum}
        step={step}
        inputMode="decimal"
        aria-label={l10n.t('{0}, value', label)}
        disabled={!has}
        onInput={({ currentTarget }) => input(currentTarget.valueAsNumber)}
        onChange={() => {
          actions.endGesture();
          showNumber();
        }}
        onBlur={showNumber}
      />
      <input
        class="slider"
        id={`${branch}Slider`}
        type="range"
        min={minimum}
        max={maximum}
        // A value between the steps, typed or from the pad, is shown where it is.
        step={toStep(value) === value ? step : FINE_STEP}
        value={value}
        aria-valuetext={dialText(value)}
        disabled={!has}
        style={{ '--share': String(value / maximum) }}
        onInput={({ currentTarget }) => input(toStep(currentTarget.valueAsNumber))}
        onChange={() => actions.endGesture()}
        onDblClick={() => set(current().defaults[branch])}
        onKeyDown={press}
        onKeyUp={() => actions.endGesture()}
        onBlur={() => actions.endGesture()}
        {...tip(tooltip)}
      />
      <p class="note" id={`${branch}Missing`} hidden={has || asleep}>
        {missingText(view)}
      </p>
    </div>
  );
}

const wordsOf = (
  branch: Branch,
): { readonly label: string; readonly symbol: 'pix' | 'sem'; readonly tooltip: string } =>
  branch === 'pixel'
    ? {
        label: l10n.t('Pixel fidelity'),
        symbol: 'pix',
        tooltip: l10n.t('Removes noise, blur and compression damage'),
      }
    : {
        label: l10n.t('Semantic detail'),
        symbol: 'sem',
        tooltip: l10n.t('Invents plausible texture that the picture does not contain'),
      };

function missingText({ squares, branches }: PanelView): string {
  if (squares) return l10n.t('Not used: pixel art becomes squares.');
  return branches.length === 1
    ? l10n.t('Not in this model: it has one dial only.')
    : l10n.t('Not in this model.');
}

/**
 * Keys go by the dial's own steps, whatever lies between them: 0.05, with Shift or Page 0.25, with
 * Alt 0.01.
 */
function nextDial(event: KeyboardEvent, now: number): number | undefined {
  if (event.ctrlKey || event.metaKey) return undefined;
  const step = keyStep(event);
  const { minimum, maximum } = GUIDANCE_RANGE;
  const next = {
    ArrowLeft: now - step,
    ArrowDown: now - step,
    ArrowRight: now + step,
    ArrowUp: now + step,
    PageDown: now - LARGE_STEP,
    PageUp: now + LARGE_STEP,
    Home: minimum,
    End: maximum,
  }[event.key];
  return next === undefined ? undefined : clampDial(next, now);
}
