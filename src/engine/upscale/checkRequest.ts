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
import { phrase } from '../../shared/phrase';

/** Refuses a request whose values are out of range, naming the value and the range. */
export function checkRequest(request: UpscaleRequest): void {
  checkScale(request.scale);
  checkGuidance(request.guidance);
  inRange('quality', request.quality, QUALITY_RANGE.minimum, QUALITY_RANGE.maximum);
  if (request.tile !== undefined) whole('tile', inRange('tile', request.tile, 16, 65_536));
  inRange('largest result in megapixels', request.maxOutputMegapixels ?? 1, 1e-6, 1e6);
  whole('number of frames', inRange('number of frames', request.maxFrames ?? 1, 1, 1e6));
  oneOf('output format', request.format, ['source', ...OUTPUT_FORMATS]);
  oneOf('overwrite policy', request.overwrite, OVERWRITE_POLICIES);
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
    if (!path.isAbsolute(place)) throw bad('output', place, 'an absolute path');
}

/** Refuses a factor that is out of range. */
export function checkScale(scale: number): void {
  inRange('scale', scale, SCALE_RANGE.minimum, SCALE_RANGE.maximum);
}

/** Refuses dials that are out of range. */
export function checkGuidance({ pixel, semantic }: Guidance): void {
  inRange('λ_pix (pixel)', pixel, GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum);
  inRange('λ_sem (semantic)', semantic, GUIDANCE_RANGE.minimum, GUIDANCE_RANGE.maximum);
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
  inRange('largest input in megapixels', maxInputMegapixels, 1e-6, 1e6);
  oneOf('device', device, ['auto', ...DEVICES]);
  oneOf('precision', precision, ['auto', ...CPU_PRECISIONS]);
  oneOf('colour fix', colourFix, COLOUR_FIXES);
  if (prompt.length > LONGEST_PROMPT)
    throw bad('prompt', `${prompt.length} characters long`, `at most ${LONGEST_PROMPT} long`);
  if (!/^[\w-]{1,64}$/.test(jobId)) throw bad('job id', jobId, 'letters, digits and "-"');
  if (!path.isAbsolute(input)) throw bad('input', input, 'an absolute path');
  if (!path.isAbsolute(scratchDirectory))
    throw bad('scratch folder', scratchDirectory, 'an absolute path');
}

/** Refuses what would leave a nine-patch without its frame, or its frame without a meaning. */
export function checkNinePatch({ input, region }: UpscaleRequest, place: Place): void {
  if (region !== undefined) throw bad('region', 'given', 'left out for a nine-patch');
  if (isNinePatchName(path.basename(place.path))) return;
  throw engineError('bad-setting', {
    message: phrase`${path.basename(input)} is a nine-patch, whose frame belongs to Android; ${path.basename(place.path)} would not be one.`,
    hint: phrase`Let the format be PNG and the name end in .9.png, as {ext} does.`,
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
    `whole numbers x,y,width,height inside the result of ${width}×${height} pixels`,
  );
}

function inRange(name: string, value: number, minimum: number, maximum: number): number {
  if (!(value >= minimum && value <= maximum))
    throw bad(name, value, `between ${minimum} and ${maximum}`);
  return value;
}

function whole(name: string, value: number): void {
  if (!Number.isInteger(value)) throw bad(name, value, 'a whole number');
}

function oneOf(name: string, value: string, values: readonly string[]): void {
  if (!isOneOf(values, value)) throw bad(name, value, `one of ${values.join(', ')}`);
}

/** The values that are settings, by the names that the messages give them. */
const SETTINGS: Readonly<Record<string, ChangeableSetting | undefined>> = {
  scale: 'scale',
  'λ_pix (pixel)': 'pixelGuidance',
  'λ_sem (semantic)': 'semanticGuidance',
  quality: 'quality',
  'output format': 'outputFormat',
  'overwrite policy': 'overwrite',
  'largest input in megapixels': 'maxInputMegapixels',
  device: 'device',
  precision: 'precision',
  'colour fix': 'colourFix',
  prompt: 'prompt',
};

/** An error for a value that a request must not have. */
export function bad(name: string, value: unknown, expected: string): Error {
  const setting = SETTINGS[name];
  return engineError('bad-setting', {
    message: phrase`The ${name} is ${String(value)}; it must be ${expected}.`,
    hint: phrase`Correct it and try again.`,
    remedies: setting === undefined ? [] : [changeSetting(setting)],
  });
}
