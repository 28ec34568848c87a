import { PIXEL_ART_CHOICES } from '../../shared/assetOptions';
import { clampDial, DEFAULT_GUIDANCE, type Guidance } from '../../shared/guidance';
import { panelModelOf } from '../../shared/panelModels';
import {
  SAVE_WAYS,
  type PanelInit,
  type PanelModel,
  type PanelOutput,
  type SaveHow,
} from '../../shared/panelProtocol';
import { isOneOf } from '../../shared/oneOf';
import { LOSSLESS_CHOICES } from '../../shared/outputOptions';
import {
  DEFAULT_SETTINGS,
  LONGEST_PROMPT,
  OUTPUT_FORMATS,
  QUALITY_RANGE,
  SCALE_RANGE,
} from '../../shared/settings';
import { RENDER_MODES, type RenderMode } from '../render/state';
import { FIT, viewFrom, type View } from '../viewTransform';
import { isObject } from '../../shared/json';

/** A setting that was kept to compare others with. */
export type Pinned = {
  readonly model: string;
  readonly guidance: Guidance;
  readonly restore?: string | undefined;
  readonly prompt: string;
};

/**
 * What the person has chosen. It outlives the page: VS Code stores it while the panel is hidden.
 */
export type PanelState = {
  readonly view: View;
  readonly mode: RenderMode;
  readonly guidance: Guidance;
  /** Whether the guidance is the one that was chosen for this picture. */
  readonly auto: boolean;
  /** 0–1 of the picture's visible width. */
  readonly divider: number;
  readonly pinned: Pinned | undefined;
  readonly compareWith: 'original' | 'A';
  readonly model: string;
  readonly output: PanelOutput;
  readonly checkerboard: boolean;
  readonly originalPixels: boolean;
  readonly loupe: boolean;
  readonly padOpen: boolean;
  /** The choice that was saved last, as text; empty before. */
  readonly saved: string;
  /** The choice that is being saved, as text, and in which way. */
  readonly saving: { readonly key: string; readonly how: SaveHow } | undefined;
};

/** Before anything is known. */
export const EMPTY_STATE: PanelState = {
  view: FIT,
  mode: 'divider',
  guidance: DEFAULT_GUIDANCE,
  auto: false,
  divider: 0.5,
  pinned: undefined,
  compareWith: 'original',
  model: '',
  output: {
    scale: DEFAULT_SETTINGS.scale,
    format: DEFAULT_SETTINGS.format,
    quality: DEFAULT_SETTINGS.quality,
    lossless: 'auto',
    pixelArt: 'auto',
    prompt: '',
  },
  // Behind what is opaque nobody sees it.
  checkerboard: true,
  originalPixels: false,
  loupe: false,
  padOpen: false,
  saved: '',
  saving: undefined,
};

export const defaultState = ({ guidance, model, models, output }: PanelInit): PanelState => ({
  ...EMPTY_STATE,
  guidance: roundGuidance(guidance),
  model: knownModel(models, model) ?? '',
  output: { ...output, scale: clampScale(output.scale) ?? DEFAULT_SETTINGS.scale },
});

/** Whether A is of the layers that are computed now. */
export const isOfPresentLayers = (
  pinned: Pinned,
  { model, output }: Pick<PanelState, 'model' | 'output'>,
): boolean =>
  pinned.model === model && pinned.restore === output.restore && pinned.prompt === output.prompt;

/** Takes up a stored state, part by part: what makes no sense becomes the default. */
export function restoreState(stored: unknown, init: PanelInit): PanelState {
  const fallback = defaultState(init);
  if (!isObject(stored)) return fallback;
  const bool = (key: 'auto' | 'checkerboard' | 'originalPixels' | 'loupe' | 'padOpen'): boolean =>
    typeof stored[key] === 'boolean' ? stored[key] : fallback[key];
  const pinned = pinnedFrom(stored.pinned, init.models);
  return {
    view: viewFrom(stored.view),
    mode:
      isOneOf(RENDER_MODES, stored.mode) && (init.kind === 'preview' || stored.mode !== 'map')
        ? stored.mode
        : fallback.mode,
    guidance: guidanceFrom(stored.guidance) ?? fallback.guidance,
    auto: bool('auto'),
    divider:
      typeof stored.divider === 'number' && stored.divider >= 0 && stored.divider <= 1
        ? stored.divider
        : fallback.divider,
    pinned,
    compareWith: pinned && stored.compareWith === 'A' ? 'A' : 'original',
    model: modelIn(init.models, stored.model)?.id ?? fallback.model,
    output: outputFrom(stored.output, init.models, fallback.output) ?? fallback.output,
    checkerboard: bool('checkerboard'),
    originalPixels: bool('originalPixels'),
    loupe: bool('loupe'),
    padOpen: bool('padOpen'),
    saved: typeof stored.saved === 'string' ? stored.saved : '',
    saving: savingFrom(stored.saving),
  };
}

const savingFrom = (value: unknown): PanelState['saving'] =>
  isObject(value) && typeof value.key === 'string' && isOneOf(SAVE_WAYS, value.how)
    ? { key: value.key, how: value.how }
    : undefined;

/** Both dials inside their range, with two decimals: what is shown is what counts. */
export const roundGuidance = ({ pixel, semantic }: Guidance): Guidance => ({
  pixel: roundDial(pixel),
  semantic: roundDial(semantic),
});

export const sameGuidance = (a: Guidance, b: Guidance): boolean =>
  a.pixel === b.pixel && a.semantic === b.semantic;

/** A scale that can be asked for; undefined for anything that is not a number. */
export function clampScale(scale: number): number | undefined {
  if (!Number.isFinite(scale)) return undefined;
  return Math.min(
    SCALE_RANGE.maximum,
    Math.max(SCALE_RANGE.minimum, Math.round(scale * 100) / 100),
  );
}

/** A number that is a scale as it stands, with two decimals; undefined for any other. */
export function validScale(scale: number): number | undefined {
  const inside = scale >= SCALE_RANGE.minimum && scale <= SCALE_RANGE.maximum;
  return inside ? clampScale(scale) : undefined;
}

const roundDial = (value: number): number => Math.round(clampDial(value, 1) * 100) / 100;

const knownModel = (models: readonly PanelModel[], id: string): string | undefined =>
  (panelModelOf(models, id) ?? models[0])?.id;

const modelIn = (models: readonly PanelModel[], id: unknown): PanelModel | undefined =>
  typeof id === 'string' ? panelModelOf(models, id) : undefined;

function guidanceFrom(value: unknown): Guidance | undefined {
  if (!isObject(value) || !Number.isFinite(value.pixel) || !Number.isFinite(value.semantic))
    return undefined;
  return roundGuidance({ pixel: value.pixel as number, semantic: value.semantic as number });
}

function pinnedFrom(value: unknown, models: readonly PanelModel[]): Pinned | undefined {
  if (!isObject(value)) return undefined;
  const model = modelIn(models, value.model);
  const guidance = guidanceFrom(value.guidance);
  return model && guidance
    ? {
        model: model.id,
        guidance,
        prompt: typeof value.prompt === 'string' ? value.prompt : '',
        ...restorerFrom(value.restore, models),
      }
    : undefined;
}

/** A restorer that is not there any more is none. */
const restorerFrom = (
  value: unknown,
  models: readonly PanelModel[],
): Pick<PanelOutput, 'restore'> =>
  models.some(({ id, scale }) => id === value && scale === 1) ? { restore: value as string } : {};

const isQuality = (value: unknown): value is number =>
  Number.isInteger(value) &&
  (value as number) >= QUALITY_RANGE.minimum &&
  (value as number) <= QUALITY_RANGE.maximum;

/** What a state of an older version lacks is the default. */
function outputFrom(
  value: unknown,
  models: readonly PanelModel[],
  fallback: PanelOutput,
): PanelOutput | undefined {
  if (!isObject(value) || typeof value.scale !== 'number') return undefined;
  const scale = clampScale(value.scale);
  const { format, pixelArt, quality, lossless, prompt } = value;
  if (scale === undefined || (format !== 'source' && !isOneOf(OUTPUT_FORMATS, format)))
    return undefined;
  return {
    scale,
    format,
    quality: isQuality(quality) ? quality : fallback.quality,
    lossless: isOneOf(LOSSLESS_CHOICES, lossless) ? lossless : fallback.lossless,
    pixelArt: isOneOf(PIXEL_ART_CHOICES, pixelArt) ? pixelArt : 'auto',
    prompt: typeof prompt === 'string' ? prompt.slice(0, LONGEST_PROMPT) : fallback.prompt,
    ...restorerFrom(value.restore, models),
  };
}
