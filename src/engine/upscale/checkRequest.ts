import path from 'node:path';
import type { Place } from '../../files/place';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import { assetOptionsProblem } from '../../shared/assetOptions';
import { GUIDANCE_RANGE, type Guidance } from '../../shared/guidance';
import type { Rect, Size } from '../../shared/geometry';
import type { ChangeableSetting } from '../../shared/remedies';
import { isNinePatchName } from '../../shared/nameParts';
import { outputOptionsProblem } from '../../shared/outputOptions';
import { sizeProblem } from '../../shared/outputSize';
import { isOneOf } from '../../shared/oneOf';
import {
  COLOUR_FIXES,
  CPU_PRECISIONS,
  DEVICES,
  LONGEST_PROMPT,
  OUTPUT_FORMATS,
  OVERWRITE_POLICIES,
  QUALITY_RANGE,
  SCALE_RANGE,
} from '../../shared/settings';
import { changeSetting, engineError } from '../errors';
import { phrase, type Words } from '../../shared/phrase';

/** Refuses a request whose values are out of range, naming the value and the range. */
export function checkRequest(request: UpscaleRequest): void {
  checkScale(request.scale);
  checkGuidance(request.guidance);
  inRange('quality', request.quality, QUALITY_RANGE.minimum, QUALITY_RANGE.maximum);
  if (request.tile !== undefined) whole('tile', inRange('tile', request.tile, 16, 65_536));
  inRange('maxOutputMegapixels', request.maxOutputMegapixels ?? 1, 1e-6, 1e6);
  whole('maxFrames', inRange('maxFrames', request.maxFrames ?? 1, 1, 1e6));
  oneOf('format', request.format, ['source', ...OUTPUT_FORMATS]);
  oneOf('overwrite', request.overwrite, OVERWRITE_POLICIES);
  const problem =
    sizeProblem(request) ??
    outputOptionsProblem(request.output ?? {}) ??
    assetOptionsProblem(request.asset ?? {});
  if (problem !== undefined)
    throw engineError('bad-setting', {
      message: problem,
      hint: phrase`Correct it and try again.`,
    });
  checkJob(request);
  const { target } = request;
  const folder = target.kind === 'file' ? target.path : target.directory;
  for (const place of [folder, target.within ?? folder])
    if (!path.isAbsolute(place)) throw bad('output', place, phrase`an absolute path`);
}

/** Refuses a factor that is out of range. */
export function checkScale(scale: number): void {
  inRange('scale', scale, SCALE_RANGE.minimum, SCALE_RANGE.maximum);
}

/** Refuses dials that are out of range. */
export function checkGuidance({ pixel, semantic }: Guidance): void {
  inRange('pixel', pixel, GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum);
  inRange('semantic', semantic, GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum);
}

/** What every request that reads a picture has. */
export type JobRequest = Pick<
  UpscaleRequest,
  | 'jobId'
  | 'input'
  | 'scratchDirectory'
  | 'device'
  | 'precision'
  | 'colourFix'
  | 'prompt'
  | 'maxInputMegapixels'
>;

/** Refuses a job whose values are out of range. */
export function checkJob({
  jobId,
  input,
  scratchDirectory,
  device,
  precision = 'auto',
  colourFix,
  prompt = '',
  maxInputMegapixels,
}: JobRequest): void {
  inRange('maxInputMegapixels', maxInputMegapixels, 1e-6, 1e6);
  oneOf('device', device, ['auto', ...DEVICES]);
  oneOf('precision', precision, ['auto', ...CPU_PRECISIONS]);
  oneOf('colourFix', colourFix, COLOUR_FIXES);
  if (prompt.length > LONGEST_PROMPT)
    throw bad(
      'prompt',
      phrase`${prompt.length} characters long`,
      phrase`at most ${LONGEST_PROMPT} long`,
    );
  if (!/^[\w-]{1,64}$/.test(jobId)) throw bad('jobId', jobId, phrase`letters, digits and "-"`);
  if (!path.isAbsolute(input)) throw bad('input', input, phrase`an absolute path`);
  if (!path.isAbsolute(scratchDirectory))
    throw bad('scratchDirectory', scratchDirectory, phrase`an absolute path`);
}

/** Refuses what would leave a nine-patch without its frame, or its frame without a meaning. */
export function checkNinePatch({ input, region }: UpscaleRequest, place: Place): void {
  if (region !== undefined) throw bad('region', phrase`given`, phrase`left out for a nine-patch`);
  if (isNinePatchName(path.basename(place.path))) return;
  throw engineError('bad-setting', {
    message: phrase`${path.basename(input)} is a nine-patch, whose frame belongs to Android; ${path.basename(place.path)} would not be one.`,
    hint: phrase`Use the format PNG and a name that ends in .9.png, as {ext} does.`,
  });
}

/** Refuses a region that is not inside a result of this size. */
export function checkRegion(region: Rect, { width, height }: Size): Rect {
  const { x, y } = region;
  const whole = [x, y, region.width, region.height].every(
    (value) => Number.isInteger(value) && value >= 0,
  );
  if (
    whole &&
    region.width > 0 &&
    region.height > 0 &&
    x + region.width <= width &&
    y + region.height <= height
  )
    return region;
  throw bad(
    'region',
    `${x},${y},${region.width},${region.height}`,
    phrase`whole numbers x,y,width,height inside the result of ${width}×${height} pixels`,
  );
}

function inRange(name: ValueName, value: number, minimum: number, maximum: number): number {
  if (!(value >= minimum && value <= maximum))
    throw bad(name, value, phrase`between ${minimum} and ${maximum}`);
  return value;
}

function whole(name: ValueName, value: number): void {
  if (!Number.isInteger(value)) throw bad(name, value, phrase`a whole number`);
}

function oneOf(name: ValueName, value: string, values: readonly string[]): void {
  if (!isOneOf(values, value)) throw bad(name, value, phrase`one of ${values.join(', ')}`);
}

/** The values of a request: what messages call them, and the settings that they come from. */
const VALUES = {
  scale: { words: phrase`scale`, setting: 'scale' },
  pixel: { words: phrase`λ_pix (pixel)`, setting: 'pixelGuidance' },
  semantic: { words: phrase`λ_sem (semantic)`, setting: 'semanticGuidance' },
  quality: { words: phrase`quality`, setting: 'quality' },
  format: { words: phrase`output format`, setting: 'outputFormat' },
  overwrite: { words: phrase`overwrite policy`, setting: 'overwrite' },
  maxInputMegapixels: {
    words: phrase`largest input in megapixels`,
    setting: 'maxInputMegapixels',
  },
  device: { words: phrase`device`, setting: 'device' },
  precision: { words: phrase`precision`, setting: 'precision' },
  colourFix: { words: phrase`color fix`, setting: 'colourFix' },
  prompt: { words: phrase`prompt`, setting: 'prompt' },
  maxOutputMegapixels: { words: phrase`largest result in megapixels` },
  maxFrames: { words: phrase`number of frames` },
  tile: { words: phrase`tile` },
  input: { words: phrase`input` },
  output: { words: phrase`output` },
  scratchDirectory: { words: phrase`scratch folder` },
  jobId: { words: phrase`job id` },
  region: { words: phrase`region` },
  grid: { words: phrase`grid` },
  wanted: { words: phrase`part that is wanted` },
  first: { words: phrase`part that comes first` },
  known: { words: phrase`tile that is there already` },
} as const satisfies Readonly<
  Record<string, { readonly words: Words; readonly setting?: ChangeableSetting }>
>;
export type ValueName = keyof typeof VALUES;

/** An error for a value that a request must not have. */
export function bad(name: ValueName, value: Words | number, expected: Words): Error {
  const named: { readonly words: Words; readonly setting?: ChangeableSetting } = VALUES[name];
  return engineError('bad-setting', {
    message: phrase`The ${named.words} is ${value}; it must be ${expected}.`,
    hint: phrase`Correct it and try again.`,
    remedies: named.setting === undefined ? [] : [changeSetting(named.setting)],
  });
}
