import path from 'node:path';
import { PIXEL_ART_CHOICES, type AssetOptions } from '../shared/assetOptions';
import { clampDial, GUIDANCE_RANGE } from '../shared/guidance';
import { PRECISIONS, type Precision } from '../shared/modelProtocol';
import { METADATA_CHOICES, type OutputOptions } from '../shared/outputOptions';
import { isOneOf } from '../shared/oneOf';
import type { ChangeableSetting } from '../shared/remedies';
import {
  COLOUR_FIXES,
  CPU_PRECISIONS,
  DEFAULT_PISA_SR_MIRRORS,
  DEFAULT_SETTINGS,
  DEVICES,
  OUTPUT_FORMATS,
  OVERWRITE_POLICIES,
  LONGEST_PROMPT,
  QUALITY_RANGE,
  SCALE_RANGE,
  type UpscaleSettings,
} from '../shared/settings';

/**
 * Looks up one setting of the section; what a settings file holds is untrusted, so it is `unknown`.
 */
export type SettingLookup = (key: string) => unknown;

/** Settings of the engine process, the same for every file. */
export type EngineSettings = {
  /** Absolute folders. */
  readonly modelFolders: readonly string[];
  /** Entries that are not absolute folders, as written. */
  readonly ignoredModelFolders: readonly string[];
  readonly idleSeconds: number;
  /**
   * Absolute folder of installed models; undefined for the place that the command line uses too.
   */
  readonly store: string | undefined;
  /** What is set for the store but is no absolute folder, as written. */
  readonly ignoredStore: string | undefined;
};

/** Settings of the installation of PiSA-SR. */
export type InstallSettings = {
  readonly mirrors: readonly string[];
  readonly precision: Precision;
  /** A prompt is set, so that what reads it is wanted. */
  readonly prompts: boolean;
};

/** What "Upscale Image" does: write the result at once, or show it first. */
export const UPSCALE_ACTIONS = ['write', 'preview'] as const;
export type UpscaleAction = (typeof UPSCALE_ACTIONS)[number];

export const DEFAULT_ENGINE_IDLE_MINUTES = 5;
export const ENGINE_IDLE_MINUTES_RANGE = { minimum: 0.1, maximum: 1440 } as const;
export const MAX_OUTPUT_MEGAPIXELS_RANGE = { minimum: 1, maximum: 100_000 } as const;
export const MAX_FRAMES_RANGE = { minimum: 1, maximum: 100_000 } as const;
export const MAX_INPUT_MEGAPIXELS_RANGE = { minimum: 1, maximum: 10_000 } as const;
/** Of a result's file; 0 is no limit. */
export const MAX_OUTPUT_KILOBYTES_RANGE = { minimum: 0, maximum: 10_000_000 } as const;

/** A number that a settings file has and that can't be used as it is. */
export type RangeProblem = {
  readonly setting: ChangeableSetting;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  /** What is used instead. */
  readonly used: number;
};

const RANGES: readonly (readonly [ChangeableSetting, { minimum: number; maximum: number }])[] = [
  ['scale', SCALE_RANGE],
  ['pixelGuidance', GUIDANCE_RANGE],
  ['semanticGuidance', GUIDANCE_RANGE],
  ['quality', QUALITY_RANGE],
  ['maxInputMegapixels', MAX_INPUT_MEGAPIXELS_RANGE],
  ['maxOutputMegapixels', MAX_OUTPUT_MEGAPIXELS_RANGE],
  ['maxFrames', MAX_FRAMES_RANGE],
  ['maxOutputKilobytes', MAX_OUTPUT_KILOBYTES_RANGE],
];

/** The numbers that are out of their range, which the reader below brings back into it. */
export function rangeProblems(lookup: SettingLookup): readonly RangeProblem[] {
  return RANGES.flatMap(([setting, { minimum, maximum }]) => {
    const value = lookup(setting);
    if (typeof value !== 'number' || !Number.isFinite(value)) return [];
    const used = Math.min(maximum, Math.max(minimum, value));
    return used === value ? [] : [{ setting, value, minimum, maximum, used }];
  });
}

/**
 * Reads the settings of one upscaling. A value of the wrong type or out of its set becomes the
 * default.
 */
export function readUpscaleSettings(lookup: SettingLookup): UpscaleSettings {
  const fallback = DEFAULT_SETTINGS;
  const device = lookup('device');
  const format = lookup('outputFormat');
  const overwrite = lookup('overwrite');
  const colourFix = lookup('colourFix');
  const precision = lookup('precision');
  const restore = text(lookup('restore'), '');
  const prompt = text(lookup('prompt'), '').slice(0, LONGEST_PROMPT);
  return {
    model: text(lookup('model'), fallback.model),
    ...(restore === '' ? {} : { restore }),
    ...(prompt.trim() === '' ? {} : { prompt, promptIsUsual: true }),
    device: isOneOf(['auto', ...DEVICES], device) ? device : fallback.device,
    precision: isOneOf(['auto', ...CPU_PRECISIONS], precision) ? precision : fallback.precision,
    scale: clamp(lookup('scale'), SCALE_RANGE, fallback.scale),
    guidance: {
      pixel: clampDial(lookup('pixelGuidance'), fallback.guidance.pixel),
      semantic: clampDial(lookup('semanticGuidance'), fallback.guidance.semantic),
    },
    colourFix: isOneOf(COLOUR_FIXES, colourFix) ? colourFix : fallback.colourFix,
    format: isOneOf(['source', ...OUTPUT_FORMATS], format) ? format : fallback.format,
    quality: Math.round(clamp(lookup('quality'), QUALITY_RANGE, fallback.quality)),
    namePattern: text(lookup('namePattern'), fallback.namePattern),
    overwrite: isOneOf(OVERWRITE_POLICIES, overwrite) ? overwrite : fallback.overwrite,
    maxInputMegapixels: clamp(
      lookup('maxInputMegapixels'),
      MAX_INPUT_MEGAPIXELS_RANGE,
      fallback.maxInputMegapixels,
    ),
    maxOutputMegapixels: clamp(
      lookup('maxOutputMegapixels'),
      MAX_OUTPUT_MEGAPIXELS_RANGE,
      fallback.maxOutputMegapixels,
    ),
    maxFrames: Math.round(clamp(lookup('maxFrames'), MAX_FRAMES_RANGE, fallback.maxFrames)),
    output: outputOptions(lookup),
    asset: assetOptions(lookup),
  };
}

/** Only what differs from the engine's own choice. */
function outputOptions(lookup: SettingLookup): OutputOptions {
  const metadata = lookup('metadata');
  const lossless = lookup('lossless');
  const kilobytes = clamp(lookup('maxOutputKilobytes'), MAX_OUTPUT_KILOBYTES_RANGE, 0);
  return {
    ...(isOneOf(METADATA_CHOICES, metadata) && metadata !== 'keep' ? { metadata } : {}),
    ...(lookup('provenance') === true ? { provenance: true } : {}),
    ...(lossless === 'always'
      ? { lossless: true }
      : lossless === 'never'
        ? { lossless: false }
        : {}),
    ...(lookup('palette') === false ? { palette: false } : {}),
    ...(kilobytes > 0 ? { maxBytes: Math.round(kilobytes * 1000) } : {}),
  };
}

function assetOptions(lookup: SettingLookup): AssetOptions {
  const pixelArt = lookup('pixelArt');
  return {
    ...(isOneOf(PIXEL_ART_CHOICES, pixelArt) && pixelArt !== 'auto' ? { pixelArt } : {}),
    ...(lookup('seamless') === true ? { seamless: true } : {}),
    ...(lookup('animation') === 'firstFrame' ? { frames: 'first' } : {}),
  };
}

export function readAction(lookup: SettingLookup): UpscaleAction {
  const action = lookup('action');
  return isOneOf(UPSCALE_ACTIONS, action) ? action : 'write';
}

/** Whether comparisons begin with the guidance that Auto chooses. */
export const readAutoGuidance = (lookup: SettingLookup): boolean => lookup('autoGuidance') === true;

export function readEngineSettings(lookup: SettingLookup): EngineSettings {
  const value = lookup('modelFolders');
  const store = lookup('modelStore');
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return {
    modelFolders: entries.filter(isAbsoluteFolder),
    ignoredModelFolders: entries
      .filter((entry) => !isAbsoluteFolder(entry))
      .map((entry) => JSON.stringify(entry)),
    idleSeconds:
      clamp(lookup('engineIdleMinutes'), ENGINE_IDLE_MINUTES_RANGE, DEFAULT_ENGINE_IDLE_MINUTES) *
      60,
    store: isAbsoluteFolder(store) ? store : undefined,
    ignoredStore:
      isAbsoluteFolder(store) || store === undefined || store === ''
        ? undefined
        : JSON.stringify(store),
  };
}

export function readInstallSettings(lookup: SettingLookup): InstallSettings {
  const mirrors = lookup('pisaSrMirrors');
  const precision = lookup('modelPrecision');
  const named = Array.isArray(mirrors)
    ? mirrors.filter(
        (mirror): mirror is string => typeof mirror === 'string' && mirror.trim() !== '',
      )
    : [];
  return {
    mirrors: named.length > 0 ? named : DEFAULT_PISA_SR_MIRRORS,
    precision: isOneOf(PRECISIONS, precision) ? precision : 'fp32',
    prompts: text(lookup('prompt'), '') !== '',
  };
}

const isAbsoluteFolder = (value: unknown): value is string =>
  typeof value === 'string' && path.isAbsolute(value);

const text = (value: unknown, fallback: string): string =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;

function clamp(
  value: unknown,
  range: { readonly minimum: number; readonly maximum: number },
  fallback: number,
): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return fallback;
  return Math.min(range.maximum, Math.max(range.minimum, value));
}
