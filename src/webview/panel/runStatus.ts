import { find } from '../find';
import { setAttribute, setText, setTip, setVariables } from './dom';
import type { PanelView } from './panelView';
import { fill, secondsText, timeLeft } from './text';

/**
 * What runs and how far it is: the chip, the line under the toolbar, the confirmation of what was
 * saved or copied.
 */
export class RunStatus {
  private readonly chip = find(document, '#chip', HTMLElement);
  private readonly text = find(document, '#chipText', HTMLElement);
  private readonly line = find(document, '#progress', HTMLElement);
  private readonly saved = find(document, '#saved', HTMLElement);

  render(view: PanelView): void {
    const { run, strings, busy } = view;
    setAttribute(document.body, 'aria-busy', busy);
    setText(this.text, chipText(view));
    this.chip.hidden = this.text.textContent === '' || run.confirmed !== '';
    setTip(this.chip, chipTip(view));
    setText(this.saved, run.confirmed);
    const progress = run.saving ?? run.progress;
    const share = progress && progress.total > 0 ? progress.done / progress.total : undefined;
    const running = run.saving !== undefined || run.filling || run.phase === 'loading';
    this.line.hidden = !running;
    this.line.classList.toggle('unknown', share === undefined);
    setAttribute(this.line, 'aria-label', run.saving ? strings.saving : strings.upscaling);
    setVariables(this.line, { '--share': `${(share ?? 0) * 100}%` });
    if (share === undefined) this.line.removeAttribute('aria-valuenow');
    else setAttribute(this.line, 'aria-valuenow', Math.round(share * 100));
  }
}

/** What runs, and how far it is: "Upscaling · tile 7 of 16 · 5.0 s left". */
export function runningText({ run, strings }: PanelView): string {
  const progress = run.saving ?? run.progress;
  const { done = 0, total = 0, secondsLeft } = progress ?? {};
  return [
    run.saving ? strings.saving : strings.upscaling,
    ...(total > 0 ? [fill(strings.tileOf, Math.min(total, done + 1), total)] : []),
    ...(typeof secondsLeft === 'number' ? [timeLeft(secondsLeft, strings)] : []),
  ].join(' · ');
}

function chipText({ run, strings, pair }: PanelView): string {
  const parts = (...texts: (string | undefined)[]): string =>
    texts.filter((text) => text !== undefined && text !== '').join(' · ');
  const left = (seconds: number | undefined | null): string | undefined =>
    typeof seconds === 'number' ? timeLeft(seconds, strings) : undefined;
  if (pair) return '';
  if (run.saving) return parts(strings.saving, run.saving.device, left(run.saving.secondsLeft));
  if (run.phase === 'loading')
    return (
      parts(
        run.progress?.device === '' ? undefined : run.progress?.device,
        left(run.progress?.secondsLeft),
      ) || strings.starting
    );
  return run.preview
    ? parts(run.preview.device, fill(strings.seconds, secondsText(run.preview.seconds)))
    : '';
}

function chipTip({ run, strings }: PanelView): string {
  if (!run.preview || run.phase !== 'ready')
    return chipBusyTip(strings.upscaling, run.progress?.device ?? '');
  return fill(
    strings.chipTip,
    run.preview.device,
    fill(strings.seconds, secondsText(run.preview.seconds)),
  );
}

const chipBusyTip = (doing: string, device: string): string =>
  device === '' ? doing : `${doing} · ${device}`;
