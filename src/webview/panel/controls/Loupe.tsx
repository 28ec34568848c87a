import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PixelReading, Rgba } from '../../render/pixel';
import type { Point } from '../../viewTransform';
import type { PanelView } from '../panelView';
import { sideNames } from '../sideNames';
import type { Stage } from '../stage';
import type { Placed } from '../stagePlacing';

/** From the pointer, in CSS pixels. */
const DISTANCE = 20;
const SIDES = ['compare', 'result'] as const;

type Props = {
  readonly view: PanelView;
  readonly stage: Stage;
  readonly placed: Placed | undefined;
};

/**
 * Both pictures' pixels around the pointer, with the values of the one under it. It also follows the
 * keyboard: without a pointer it reads the middle of what is seen, while the stage has the focus.
 */
export function Loupe({ view, stage, placed }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [pointer, setPointer] = useState<Point | undefined>();
  const [reading, setReading] = useState<PixelReading | undefined>();
  const wanted =
    view.state.loupe && view.run.notice === undefined && !stage.isPanning ? placed : undefined;
  const at = wanted && (pointer ?? (stage.hasKeyboard ? middleOf(wanted) : undefined));

  useEffect(
    () =>
      stage.onPointer((point) => {
        setPointer(point);
      }),
    [stage],
  );
  // After the picture is drawn: what is read is what is seen.
  useLayoutEffect(() => {
    const now = at && stage.renderer.pixelAt(at);
    if (JSON.stringify(now) !== JSON.stringify(reading)) setReading(now);
    const { current } = box;
    if (!now || !current) return;
    for (const [index, canvas] of Array.from(current.querySelectorAll('canvas')).entries())
      stage.renderer.drawLoupe(canvas, at, SIDES[index] ?? 'result');
    const { width, height } = stage.size;
    current.style.setProperty('--x', `${beside(at.x, current.offsetWidth, width)}px`);
    current.style.setProperty('--y', `${beside(at.y, current.offsetHeight, height)}px`);
  }, [view, stage, at, reading]);
  const names = sideNames(view);
  return (
    <div class="tag loupe" id="loupeBox" aria-hidden="true" hidden={!reading || !at} ref={box}>
      <p id="loupeAt">{reading && l10n.t('x {0}, y {1}', reading.x, reading.y)}</p>
      {SIDES.map((side) => (
        <figure key={side} data-side={side}>
          <canvas width={144} height={144} />
          <figcaption>
            <b>{names[side]}</b> <output>{valueText(reading?.[side])}</output>
          </figcaption>
        </figure>
      ))}
    </div>
  );
}

const middleOf = ({ seen: [seen] }: Placed): Point => ({
  x: seen.x + seen.width / 2,
  y: seen.y + seen.height / 2,
});

/** Right of and below the pointer, or on its other side where there is no room. */
const beside = (place: number, size: number, room: number): number =>
  place + DISTANCE + size < room ? place + DISTANCE : Math.max(0, place - DISTANCE - size);

/** Alpha is named only where it says something. */
const valueText = (pixel: Rgba | undefined): string =>
  pixel ? pixel.slice(0, pixel[3] === 255 ? 3 : 4).join(' ') : '–';
