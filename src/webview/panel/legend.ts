import { inventedShare, VISIBLE_LUMA } from '../../shared/panelFigures';
import { find } from '../find';
import { DIFFERENCE_GAIN, HEAT_FULL, type LegendStop } from '../render/heat';
import { setText, setVariables } from './dom';
import type { PanelView } from './panelView';
import { fill } from './text';

/** What the colours of the map, or the greys of the difference, stand for. */
export class Legend {
  private readonly element = find(document, '#legend', HTMLElement);
  private readonly ramp = find(document, '#ramp', HTMLElement);
  private readonly texts = [
    '#legendTitle',
    '#legendShare',
    '#rampStart',
    '#rampMark',
    '#rampEnd',
  ].map((id) => find(document, id, HTMLElement));

  render(view: PanelView, stops: readonly LegendStop[]): void {
    const { mode, done } = view;
    this.element.hidden = !done || (mode !== 'map' && mode !== 'difference');
    if (this.element.hidden) return;
    for (const [index, text] of (mode === 'map'
      ? mapTexts(view)
      : differenceTexts(view)
    ).entries()) {
      const element = this.texts[index];
      if (element) setText(element, text);
    }
    this.element.classList.toggle('of-difference', mode === 'difference');
    setVariables(this.element, { '--mark': `${(VISIBLE_LUMA / HEAT_FULL) * 100}%` });
    const gradient = mode === 'map' ? mapGradient(stops) : 'linear-gradient(90deg, black, white)';
    if (this.ramp.style.backgroundImage !== gradient) this.ramp.style.backgroundImage = gradient;
  }
}

function mapTexts({ strings, run, guidance }: PanelView): readonly string[] {
  const share = run.preview && inventedShare(run.preview.figures.inventedLuma, guidance.semantic);
  return [
    strings.legendMap,
    share === undefined ? '' : fill(strings.legendVisible, (share * 100).toFixed(1)),
    strings.legendNone,
    strings.legendStart,
    strings.legendFull,
  ];
}

function differenceTexts({ strings }: PanelView): readonly string[] {
  return [
    fill(strings.legendDifference, DIFFERENCE_GAIN),
    '',
    '0',
    '',
    fill(strings.legendLevels, Math.round(255 / DIFFERENCE_GAIN)),
  ];
}

function mapGradient(stops: readonly LegendStop[]): string {
  const parts = stops.map(({ at, colour, opacity }) => {
    const levels = colour.map((level) => Math.round(level)).join(', ');
    return `rgba(${levels}, ${opacity}) ${Math.round(at * 100)}%`;
  });
  return `linear-gradient(90deg, ${parts.join(', ')})`;
}
