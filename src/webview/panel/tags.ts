import { scaledSize, type Size } from '../../shared/geometry';
import { scaleWith } from '../../shared/panelProtocol';
import { find } from '../find';
import { setText, setVariables } from './dom';
import type { PanelView } from './panelView';
import type { Placed } from './stagePlacing';
import { dialText, fill, scaleText, sizeText } from './text';

/**
 * Width of a picture, in CSS pixels, that holds its labels with their facts: both of them beside
 * the divider, else one.
 */
const SHORT_BELOW = { divider: 400, side: 200 } as const;

type Tag = readonly [name: string, facts: string];

/** What both sides are called now. */
export function sideNames({ comparesWithA, strings }: PanelView): {
  readonly compare: string;
  readonly result: string;
} {
  return { compare: comparesWithA ? strings.pinnedA : strings.original, result: strings.upscaled };
}

/** The labels in the picture's corners. A label fades where the divider reaches it. */
export class Tags {
  private readonly frame = find(document, '#frame', HTMLElement);
  private readonly left = find(document, '#tagLeft', HTMLElement);
  private readonly right = find(document, '#tagRight', HTMLElement);
  private readonly hint = find(document, '#hint', HTMLElement);
  private readonly badge = find(document, '#badge', HTMLElement);

  render(view: PanelView, placed: Placed | undefined): void {
    const { strings, mode, done } = view;
    this.frame.hidden = !placed;
    this.show(
      this.left,
      done && (mode === 'divider' || mode === 'side') ? comparedTag(view) : undefined,
    );
    this.show(this.right, rightTag(view));
    this.hint.hidden = mode !== 'hold' || !done;
    setText(this.hint, view.comparesWithA ? strings.holdHintA : strings.holdHintOriginal);
    setText(this.badge, badgeText(view));
    if (placed) this.arrange(view, placed);
  }

  private show(tag: HTMLElement, content: Tag | undefined): void {
    tag.hidden = content === undefined;
    if (!content) return;
    setText(find(tag, 'b', HTMLElement), content[0]);
    setText(find(tag, 'span', HTMLElement), content[1]);
  }

  private arrange({ mode, state }: PanelView, { seen }: Placed): void {
    const [first, second = first] = seen;
    const right = Math.max(first.x + first.width, second.x + second.width);
    const bottom = Math.max(first.y + first.height, second.y + second.height);
    setVariables(this.frame, {
      '--x': `${first.x}px`,
      '--y': `${first.y}px`,
      '--width': `${right - first.x}px`,
      '--height': `${bottom - first.y}px`,
    });
    // Side by side, the result's label is at its own pane's left.
    const apart = mode === 'side';
    this.right.classList.toggle('apart', apart);
    setVariables(this.right, {
      '--left': `${second.x - first.x}px`,
      '--top': `${second.y - first.y}px`,
    });
    // A small picture has room for the names only.
    this.frame.classList.toggle(
      'short',
      (mode === 'divider' || mode === 'side') && first.width < SHORT_BELOW[mode],
    );
    const at = first.width * state.divider;
    this.left.classList.toggle('faded', mode === 'divider' && at < this.left.offsetWidth + 12);
    this.right.classList.toggle(
      'faded',
      mode === 'divider' && first.width - at < this.right.offsetWidth + 12,
    );
  }
}

/** How what is seen differs from what is saved. */
function badgeText({ mode, run, strings, approximate, byParts, done }: PanelView): string {
  if (byParts && done && !run.seenComputed)
    return run.filling ? strings.partFilling : strings.partDimmed;
  if (!approximate || mode === 'map') return '';
  return run.refining ? strings.refining : strings.approximate;
}

function comparedTag(view: PanelView): Tag {
  const { comparesWithA, state, strings, originalSize, run } = view;
  if (comparesWithA && state.pinned) {
    const { pixel, semantic } = state.pinned.guidance;
    const model =
      state.pinned.model === state.model
        ? undefined
        : run.init?.models.find(({ id }) => id === state.pinned?.model)?.name;
    const dials = `${dialText(pixel)} · ${dialText(semantic)}`;
    const parts = [dials, model, restorerOfA(view)].filter((part) => part !== undefined);
    return [strings.pinnedA, parts.join(' · ')];
  }
  return [strings.original, originalSize ? sizeText(originalSize) : ''];
}

/** What ran before A's model, where that is another than now. */
function restorerOfA({ state, run, strings }: PanelView): string | undefined {
  const { pinned, output } = state;
  if (!pinned || pinned.restore === output.restore) return undefined;
  if (pinned.restore === undefined) return strings.notRestored;
  return run.init?.models.find(({ id }) => id === pinned.restore)?.name ?? pinned.restore;
}

function rightTag(view: PanelView): Tag | undefined {
  const { strings, run, mode, done } = view;
  if (!done) return undefined;
  const { compare, result } = sideNames(view);
  if (mode === 'difference')
    return [strings.difference, fill(strings.differenceOf, result, compare)];
  if (mode === 'map') return [strings.map, strings.onUpscaled];
  return mode === 'hold' && run.held ? comparedTag(view) : resultTag(view);
}

function resultTag({ strings, picture, originalSize, state, pair, model }: PanelView): Tag {
  const asked = pair ? undefined : scaleWith(model, state.output.scale);
  const factor =
    picture && originalSize ? scaleText(trueFactor(picture, originalSize, asked)) : undefined;
  return [
    strings.upscaled,
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
