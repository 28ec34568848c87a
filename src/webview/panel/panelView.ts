import * as l10n from '@vscode/l10n';
import { scaledSize, type Size } from '../../shared/geometry';
import {
  DEFAULT_GUIDANCE,
  guidanceForBranches,
  type Branch,
  type Guidance,
} from '../../shared/guidance';
import { panelModelOf } from '../../shared/panelModels';
import {
  isComputedWhole,
  PROCESSOR_LABEL,
  scaleWith,
  type PanelModel,
  type PanelResult,
  type PanelSideNames,
} from '../../shared/panelProtocol';
import { SCALE_RANGE } from '../../shared/settings';
import type { RenderMode } from '../render/state';
import type { PanelStore } from './panelStore';
import { roundGuidance, sameGuidance, type PanelState } from './panelState';
import type { RunState } from './runState';

/** Everything that a frame of the user interface depends on, worked out once. */
export type PanelView = {
  readonly state: PanelState;
  readonly run: RunState;
  readonly names: PanelSideNames;
  readonly pair: boolean;
  readonly model: PanelModel | undefined;
  readonly branches: readonly Branch[];
  /** The dials that the model follows. */
  readonly guidance: Guidance;
  /** The dials that the settings ask for. */
  readonly defaults: Guidance;
  /** The mode that can be shown now. */
  readonly mode: RenderMode;
  /** Whether pixels become squares, so that dials change nothing. */
  readonly squares: boolean;
  /** Whether the original is shown as its pixels: always beside squares, which are the same. */
  readonly originalPixels: boolean;
  /** Whether only the part that is seen is computed. */
  readonly byParts: boolean;
  /** The result's pixels; estimated before they are known. */
  readonly picture: Size | undefined;
  readonly originalSize: Size | undefined;
  /** Whether all of the result is there. */
  readonly done: boolean;
  readonly busy: boolean;
  readonly comparesWithA: boolean;
  /** Whether what is seen differs a little from what is saved. */
  readonly approximate: boolean;
  readonly onProcessor: boolean;
  /** Why nothing can be saved, in words; empty when it can. */
  readonly saveProblem: string;
  /** Why "Save" leaves this picture alone; empty for most, and once the person wants it. */
  readonly leftAlone: string;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
};

/** Of a pair, and of squares: the second layer is what is shown. */
export const SHOWN_AS_IT_IS: Guidance = { pixel: 1, semantic: 0 };

export function panelView(store: PanelStore, run: RunState): PanelView {
  const { state } = store;
  const pair = run.init?.kind === 'pair';
  const model = panelModelOf(run.init?.models ?? [], state.model);
  // Until its layers are there, no dial would change a result that was made before.
  const { standIn } = run;
  const still = pair || standIn;
  const branches = standIn ? [] : (run.result?.branches ?? model?.branches ?? []);
  const squares = run.result?.way === 'squares';
  const guidance =
    pair || squares
      ? SHOWN_AS_IT_IS
      : guidanceForBranches(state.guidance, standIn ? (model?.branches ?? []) : branches);
  const estimate = estimatedResult(run, model, state.output.scale);
  const picture = still ? shownPair(run) : (run.result?.size ?? estimate?.size);
  const done = run.phase === 'ready' || run.phase === 'pair' || standIn;
  return {
    state,
    run,
    names: run.init?.names ?? { original: l10n.t('Original'), upscaled: l10n.t('Upscaled') },
    pair,
    model,
    branches,
    guidance,
    defaults: roundGuidance(run.init?.guidance ?? DEFAULT_GUIDANCE),
    mode: shownMode(state.mode, done, still, branches),
    squares,
    originalPixels: state.originalPixels || squares,
    picture,
    byParts: !still && isByParts(run, model, picture),
    originalSize: originalSize(run),
    done,
    busy:
      run.phase === 'starting' ||
      run.phase === 'loading' ||
      run.filling ||
      run.saving !== undefined,
    comparesWithA: state.compareWith === 'A' && state.pinned !== undefined && run.pinnedLoaded,
    approximate:
      run.phase === 'ready' &&
      run.result?.exact === false &&
      !(run.exactSeen && isExactAt(run, guidance)),
    onProcessor:
      run.onProcessor || (run.preview?.device ?? run.progress?.device) === PROCESSOR_LABEL,
    saveProblem: saveProblem(run),
    leftAlone: run.again ? '' : (run.init?.leftAlone ?? ''),
    canUndo: store.canUndo,
    canRedo: store.canRedo,
  };
}

/** Whether a part is shown as it is saved, at these dials. */
export const isExactAt = ({ exact }: RunState, guidance: Guidance): boolean =>
  exact !== undefined && !exact.draft && sameGuidance(exact.guidance, guidance);

function saveProblem({ source, scaleValid }: RunState): string {
  if (source === 'deleted')
    return l10n.t('The original was deleted: there is nothing that could be upscaled.');
  const { minimum, maximum } = SCALE_RANGE;
  return scaleValid ? '' : l10n.t('The scale is not a number from {0} to {1}.', minimum, maximum);
}

/** What a model will make of the original, before it says so itself. */
export function estimatedResult(
  run: RunState,
  model: PanelModel | undefined,
  scale: number,
): PanelResult | undefined {
  const sourceSize = originalSize(run);
  if (!sourceSize || !model) return undefined;
  return {
    size: scaledSize(sourceSize, scaleWith(model, scale)),
    sourceSize,
    branches: model.branches,
    hasAlpha: false,
    way: 'model',
    exact: true,
    draft: false,
  };
}

/** A large picture is computed where it is looked at, by models that can. */
export function isByParts(
  run: RunState,
  model: PanelModel | undefined,
  result: Size | undefined,
): boolean {
  const source = originalSize(run);
  return model?.byTiles === true && !!source && !!result && !isComputedWhole(source, result);
}

/** A pair of which one can't be shown is not shown. */
const shownPair = ({ problem, pairSize }: RunState): Size | undefined =>
  problem === '' ? pairSize : undefined;

const originalSize = (run: RunState): Size | undefined =>
  run.result?.sourceSize ?? run.init?.original.size ?? run.originalSize;

/**
 * Until all is there, the whole result is shown; the map needs a model that tells what it invents.
 */
function shownMode(
  mode: RenderMode,
  done: boolean,
  pair: boolean,
  branches: readonly Branch[],
): RenderMode {
  if (mode === 'map' && (pair || !branches.includes('semantic'))) return done ? 'divider' : 'hold';
  return mode === 'divider' && !done ? 'hold' : mode;
}
