import { PIXEL_ART_CHOICES } from '../../shared/assetOptions';
import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type {
  PanelAdded,
  PanelInit,
  PanelModel,
  PanelOutput,
  PanelPicture,
  PanelPreview,
  PanelProgress,
  PanelResult,
  PanelSaved,
  PanelSideNames,
  PanelTile,
} from '../../shared/panelProtocol';
import { isOneOf } from '../../shared/oneOf';
import { LOSSLESS_CHOICES } from '../../shared/outputOptions';
import { OUTPUT_FORMATS } from '../../shared/settings';
import { isObject } from '../../shared/json';

/**
 * Messages from the extension are looked at before they are used; a key that is undefined may be
 * missing.
 */
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isCount = (value: unknown): value is number => isNumber(value) && value >= 0;
const isMissingOr = <T>(
  value: unknown,
  is: (value: unknown) => value is T,
): value is T | undefined => value === undefined || value === null || is(value);
const isListOf = <T>(value: unknown, is: (value: unknown) => value is T): value is readonly T[] =>
  Array.isArray(value) && value.every(is);

const isPlace = (value: unknown): value is number => isCount(value) && Number.isInteger(value);
const isSize = (value: unknown): value is Size =>
  isObject(value) &&
  isPlace(value.width) &&
  isPlace(value.height) &&
  value.width > 0 &&
  value.height > 0;
const isRect = (value: unknown): value is Rect =>
  isObject(value) && isPlace(value.x) && isPlace(value.y) && isSize(value);
const isGuidance = (value: unknown): value is Guidance =>
  isObject(value) && isNumber(value.pixel) && isNumber(value.semantic);
const isBranch = (value: unknown): value is 'pixel' | 'semantic' =>
  value === 'pixel' || value === 'semantic';
const isOutput = (value: unknown): value is PanelOutput =>
  isObject(value) &&
  isNumber(value.scale) &&
  value.scale > 0 &&
  (value.format === 'source' || isOneOf(OUTPUT_FORMATS, value.format)) &&
  isOneOf(PIXEL_ART_CHOICES, value.pixelArt) &&
  isNumber(value.quality) &&
  isOneOf(LOSSLESS_CHOICES, value.lossless) &&
  isMissingOr(value.restore, isText) &&
  isText(value.prompt);

const isPicture = (value: unknown): value is PanelPicture =>
  isObject(value) &&
  isText(value.fileName) &&
  isText(value.problem) &&
  isMissingOr(value.address, isText) &&
  isMissingOr(value.size, isSize);

const isNames = (value: unknown): value is PanelSideNames =>
  isObject(value) && isText(value.original) && isText(value.upscaled);

const isSeries = (value: unknown): value is NonNullable<PanelInit['series']> =>
  isObject(value) && isPlace(value.at) && isPlace(value.count) && value.at < value.count;

const isModel = (value: unknown): value is PanelModel =>
  isObject(value) &&
  isText(value.id) &&
  isText(value.name) &&
  isNumber(value.scale) &&
  value.scale > 0 &&
  isListOf(value.branches, isBranch) &&
  typeof value.byTiles === 'boolean' &&
  isListOf(value.partners, isText) &&
  (value.prompts == null || value.prompts === 'missing' || value.prompts === 'ready');

export function isPanelInit(value: unknown): value is PanelInit {
  if (
    !isObject(value) ||
    !isPicture(value.original) ||
    !isText(value.facts) ||
    !isText(value.leftAlone) ||
    !isText(value.model) ||
    !isMissingOr(value.session, isText)
  )
    return false;
  if (!isMissingOr(value.series, isSeries)) return false;
  if (!isMissingOr(value.names, isNames) || !isMissingOr(value.missingModel, isText)) return false;
  if (
    !isListOf(value.models, isModel) ||
    !isGuidance(value.guidance) ||
    !isMissingOr(value.auto, isFlag) ||
    !isMissingOr(value.saving, isFlag) ||
    !isMissingOr(value.unsaved, isFlag) ||
    !isOutput(value.output)
  )
    return false;
  return value.kind === 'preview'
    ? isMissingOr(value.result, isPicture)
    : value.kind === 'pair' && isPicture(value.result);
}

export const isPanelTile = (value: unknown): value is PanelTile =>
  isObject(value) && isRect(value.rect) && isText(value.address);

const isResult = (value: unknown): value is PanelResult =>
  isObject(value) &&
  isSize(value.size) &&
  isSize(value.sourceSize) &&
  isListOf(value.branches, isBranch) &&
  typeof value.hasAlpha === 'boolean' &&
  (value.way === 'model' || value.way === 'squares') &&
  typeof value.exact === 'boolean' &&
  typeof value.draft === 'boolean';

export function isPanelProgress(value: unknown): value is PanelProgress {
  if (
    !isObject(value) ||
    !isCount(value.done) ||
    !isCount(value.total) ||
    value.done > value.total ||
    !isText(value.device)
  )
    return false;
  return (
    isMissingOr(value.secondsLeft, isCount) &&
    isMissingOr(value.tile, isPanelTile) &&
    isMissingOr(value.look, isPanelTile) &&
    isMissingOr(value.next, isRect) &&
    isMissingOr(value.picture, isResult)
  );
}

export function isPanelPreview(value: unknown): value is PanelPreview {
  if (
    !isObject(value) ||
    !isText(value.device) ||
    !isCount(value.seconds) ||
    !isGuidance(value.auto) ||
    !isCount(value.covered) ||
    value.covered > 1 ||
    !isListOf(value.notes, isText)
  )
    return false;
  const { figures, estimate } = value;
  if (
    !isObject(estimate) ||
    ![estimate.noise, estimate.blockiness, estimate.blur].every(isNumber) ||
    typeof estimate.lettering !== 'boolean'
  )
    return false;
  if (
    !isObject(figures) ||
    !isListOf(figures.inventedLuma, isCount) ||
    !isObject(figures.consistency)
  )
    return false;
  const { count, dd, dp, ds, pp, ps, ss } = figures.consistency;
  return isCount(count) && [dd, dp, ds, pp, ps, ss].every(isNumber);
}

/** Of a file; null where nobody can say. */
export const isBytes = (value: unknown): value is number | null => value === null || isCount(value);

export const isOutputName = (
  value: unknown,
): value is { readonly fileName: string; readonly size: Size } =>
  isObject(value) && isText(value.fileName) && isSize(value.size);

/** What a drop added; nothing in most cases. */
export const isPanelAdded = (value: unknown): value is PanelAdded | null =>
  value === null || (isObject(value) && isText(value.model) && isListOf(value.models, isModel));

export const isPanelSaved = (value: unknown): value is PanelSaved =>
  isObject(value) && isText(value.fileName);
