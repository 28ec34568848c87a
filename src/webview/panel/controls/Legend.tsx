import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { inventedShare, VISIBLE_LUMA } from '../../../shared/panelFigures';
import { DIFFERENCE_GAIN, HEAT_FULL, MAP_BRIGHTNESS, type LegendStop } from '../../render/heat';
import type { PanelView } from '../panelView';
import { decimal } from '../../../shared/locale';

type Props = { readonly view: PanelView; readonly stops: readonly LegendStop[] };

/** What the colours of the map, or the greys of the difference, stand for. */
export function Legend({ view, stops }: Props): JSX.Element {
  const { mode, done } = view;
  const isMap = mode === 'map';
  const [title, share, start, mark, end] = isMap ? mapTexts(view) : differenceTexts();
  return (
    <figure
      class={mode === 'difference' ? 'tag legend of-difference' : 'tag legend'}
      id="legend"
      hidden={!done || (!isMap && mode !== 'difference')}
      style={{ '--mark': `${(VISIBLE_LUMA / HEAT_FULL) * 100}%` }}
    >
      <figcaption>
        <span id="legendTitle">{title}</span>
        <span id="legendShare">{share}</span>
      </figcaption>
      <div
        class="ramp"
        id="ramp"
        style={{
          backgroundImage: isMap ? mapGradient(stops) : 'linear-gradient(90deg, black, white)',
        }}
      >
        <i />
      </div>
      <div class="ramp-scale">
        <span id="rampStart">{start}</span>
        <span id="rampMark">{mark}</span>
        <span id="rampEnd">{end}</span>
      </div>
    </figure>
  );
}

type Texts = readonly [title: string, share: string, start: string, mark: string, end: string];

function mapTexts({ run, guidance }: PanelView): Texts {
  const share = run.preview && inventedShare(run.preview.figures.inventedLuma, guidance.semantic);
  return [
    l10n.t('Invented detail'),
    share === undefined ? '' : l10n.t('{0}% visible', decimal(share * 100, 1)),
    l10n.t('none'),
    l10n.t('visible'),
    l10n.t('strong'),
  ];
}

const differenceTexts = (): Texts => [
  l10n.t('Difference, shown ×{0}', DIFFERENCE_GAIN),
  '',
  '0',
  '',
  l10n.t('{0} of 255', Math.round(255 / DIFFERENCE_GAIN)),
];

function mapGradient(stops: readonly LegendStop[]): string {
  const parts = stops.map(({ at, colour, opacity }) => {
    const levels = colour.map((level) => Math.round(level)).join(', ');
    return `rgba(${levels}, ${opacity}) ${Math.round(at * 100)}%`;
  });
  // As in the map itself, where the colours lie over a dim grey picture in every theme.
  const ground = `rgb(${Array(3)
    .fill(Math.round(MAP_BRIGHTNESS * 127.5))
    .join(', ')})`;
  return `linear-gradient(90deg, ${parts.join(', ')}), linear-gradient(${ground}, ${ground})`;
}
