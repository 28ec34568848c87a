import * as l10n from '@vscode/l10n';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { scaledSize, type Size } from '../../../shared/geometry';
import { panelModelOf } from '../../../shared/panelModels';
import { scaleWith } from '../../../shared/panelProtocol';
import type { PanelView } from '../panelView';
import { sideNames } from '../sideNames';
import type { Placed } from '../stagePlacing';
import { dialText, scaleText, sizeText } from '../text';

/**
 * Width of a picture, in CSS pixels, that holds its labels with their facts: both of them beside
 * the divider, else one.
 */
const SHORT_BELOW = { divider: 400, side: 200 } as const;
/** Between a label and the divider, in CSS pixels. */
const CLEAR = 12;

type Tag = readonly [name: string, facts: string];

type Props = {
  readonly view: PanelView;
  readonly placed: Placed | undefined;
  /** What else lies on the picture. */
  readonly children: ComponentChildren;
};

/** The labels in the picture's corners. A label fades where the divider reaches it. */
export function Tags({ view, placed, children }: Props): JSX.Element {
  const { mode, done, state } = view;
  const left = useRef<HTMLParagraphElement>(null);
  const right = useRef<HTMLParagraphElement>(null);
  const divided = mode === 'divider' && placed ? placed.seen[0].width : undefined;
  useLayoutEffect(() => {
    const at = (divided ?? 0) * state.divider;
    for (const [tag, room] of [
      [left.current, at],
      [right.current, (divided ?? 0) - at],
    ] as const)
      tag?.classList.toggle('faded', divided !== undefined && room < tag.offsetWidth + CLEAR);
  });
  const compared = done && (mode === 'divider' || mode === 'side') ? comparedTag(view) : undefined;
  return (
    <div
      class={placed && isShort(view, placed) ? 'frame short' : 'frame'}
      id="frame"
      hidden={!placed}
      style={placed && frameOf(placed)}
    >
      <Label id="tagLeft" class="tag left" tag={compared} element={left} />
      <Label
        id="tagRight"
        class={mode === 'side' ? 'tag right apart' : 'tag right'}
        tag={rightTag(view)}
        element={right}
        style={placed && cornerOf(placed)}
      />
      <p class="tag hint" id="hint" hidden={mode !== 'hold' || !done}>
        {holdHint(view)}
      </p>
      <p class="tag badge" id="badge">
        {badgeText(view)}
      </p>
      {children}
    </div>
  );
}

const Label = ({
  id,
  class: name,
  tag,
  element,
  style,
}: {
  readonly id: string;
  readonly class: string;
  readonly tag: Tag | undefined;
  readonly element: { current: HTMLParagraphElement | null };
  readonly style?: Readonly<Record<string, string>> | undefined;
}): JSX.Element => (
  <p class={name} id={id} hidden={!tag} ref={element} style={style}>
    <b>{tag?.[0]}</b> <span>{tag?.[1]}</span>
  </p>
);

/** A small picture has room for the names only. */
const isShort = ({ mode }: PanelView, { seen: [first] }: Placed): boolean =>
  (mode === 'divider' || mode === 'side') && first.width < SHORT_BELOW[mode];

/** Around all that is seen. */
function frameOf({ seen: [first, second = first] }: Placed): Readonly<Record<string, string>> {
  const right = Math.max(first.x + first.width, second.x + second.width);
  const bottom = Math.max(first.y + first.height, second.y + second.height);
  return {
    '--x': `${first.x}px`,
    '--y': `${first.y}px`,
    '--width': `${right - first.x}px`,
    '--height': `${bottom - first.y}px`,
  };
}

/** Side by side, the result's label is at its own pane's left. */
const cornerOf = ({ seen: [first, second = first] }: Placed): Readonly<Record<string, string>> => ({
  '--left': `${second.x - first.x}px`,
  '--top': `${second.y - first.y}px`,
});

function holdHint({ comparesWithA, run }: PanelView): string {
  if (comparesWithA) return l10n.t('Hold the mouse button or Space to see A');
  const { names } = run.init ?? {};
  return names
    ? l10n.t('Hold the mouse button or Space to see {0}', names.original)
    : l10n.t('Hold the mouse button or Space to see the original');
}

/** How what is seen differs from what is saved. */
function badgeText({ mode, run, approximate, byParts, done }: PanelView): string {
  if (byParts && done && !run.seenComputed)
    return run.filling
      ? l10n.t('Dimmed: not computed yet')
      : l10n.t('Dimmed: not computed · zoom in to compute it');
  if (run.looked && run.phase === 'loading')
    return l10n.t('First look · the whole picture follows');
  const draft = run.result?.draft === true;
  if (mode === 'map') return draft ? l10n.t('Draft') : '';
  if (!approximate) return '';
  if (draft) return run.refining ? l10n.t('Draft · making it exact…') : l10n.t('Draft');
  return run.refining ? l10n.t('Preview · making it exact…') : l10n.t('Preview · approximate');
}

function comparedTag(view: PanelView): Tag {
  const { comparesWithA, state, names, originalSize, run } = view;
  if (comparesWithA && state.pinned) {
    const { pixel, semantic } = state.pinned.guidance;
    const model =
      state.pinned.model === state.model
        ? undefined
        : panelModelOf(run.init?.models ?? [], state.pinned.model)?.name;
    const dials = `${dialText(pixel)} · ${dialText(semantic)}`;
    const parts = [dials, model, restorerOfA(view)].filter((part) => part !== undefined);
    return [l10n.t('A'), parts.join(' · ')];
  }
  return [names.original, originalSize ? sizeText(originalSize) : ''];
}

/** What ran before A's model, where that is another than now. */
function restorerOfA({ state, run }: PanelView): string | undefined {
  const { pinned, output } = state;
  if (!pinned || pinned.restore === output.restore) return undefined;
  if (pinned.restore === undefined) return l10n.t('not restored');
  return run.init?.models.find(({ id }) => id === pinned.restore)?.name ?? pinned.restore;
}

function rightTag(view: PanelView): Tag | undefined {
  const { run, mode, done } = view;
  if (!done) return undefined;
  const { compare, result } = sideNames(view);
  if (mode === 'difference') return [l10n.t('Difference'), l10n.t('{0} − {1}', result, compare)];
  if (mode === 'map') return [l10n.t('Invention map'), l10n.t('on the upscaled picture')];
  return mode === 'hold' && run.held ? comparedTag(view) : resultTag(view);
}

function resultTag({ names, picture, originalSize, state, pair, model }: PanelView): Tag {
  const asked = pair ? undefined : scaleWith(model, state.output.scale);
  const factor =
    picture && originalSize ? scaleText(trueFactor(picture, originalSize, asked)) : undefined;
  return [
    names.upscaled,
    [...(picture ? [sizeText(picture)] : []), ...(factor === undefined ? [] : [factor])].join(
      ' · ',
    ),
  ];
}

/** The factor that was asked for where it gives this size, which is rounded to whole pixels. */
function trueFactor(result: Size, original: Size, asked: number | undefined): number {
  const made = asked === undefined ? undefined : scaledSize(original, asked);
  return asked !== undefined && made?.width === result.width && made.height === result.height
    ? asked
    : result.width / original.width;
}
