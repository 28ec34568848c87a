import { GUIDANCE_RANGE } from '../../shared/guidance';
import { isOneOf } from '../../shared/oneOf';
import { hasUnseen } from '../../shared/safeText';
import { OUTPUT_FORMATS, SCALE_RANGE, type OutputFormat } from '../../shared/settings';

const MOST_PATHS = 50;
/** Longer ones could not be shown whole. */
const LONGEST_PATH = 1000;

/** What a language model asks for, once it has been checked. */
export type ToolRequest = {
  readonly paths: readonly string[];
  readonly scale: number | undefined;
  readonly pixel: number | undefined;
  readonly semantic: number | undefined;
  readonly format: OutputFormat | undefined;
};

/** Checks what a model sent; the message tells it what to change. */
export function readRequest(input: unknown): ToolRequest {
  if (typeof input !== 'object' || input === null)
    throw new Error('The input must be an object with "paths".');
  const { paths, scale, pixelGuidance, semanticGuidance, format } = input as {
    readonly [key: string]: unknown;
  };
  if (format !== undefined && !isOneOf(OUTPUT_FORMATS, format))
    throw new Error(`"format" must be one of ${OUTPUT_FORMATS.join(', ')}.`);
  return {
    paths: pathsFrom(paths),
    scale: numberFrom('scale', scale, SCALE_RANGE),
    pixel: numberFrom('pixelGuidance', pixelGuidance, GUIDANCE_RANGE),
    semantic: numberFrom('semanticGuidance', semanticGuidance, GUIDANCE_RANGE),
    format,
  };
}

/** The person must be able to read every path, so each is one line that can be seen. */
function pathsFrom(value: unknown): readonly string[] {
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    value.length > MOST_PATHS ||
    !value.every((file): file is string => typeof file === 'string' && file.trim() !== '')
  )
    throw new Error(`"paths" must be a list of 1 to ${MOST_PATHS} paths.`);
  const unseen = value.findIndex(hasUnseen);
  if (unseen >= 0)
    throw new Error(
      `"paths", entry ${unseen + 1}: it must have no line ends, control characters or invisible ` +
        'characters. Ask the user to rename the file.',
    );
  const long = value.findIndex((file) => file.length > LONGEST_PATH);
  if (long >= 0)
    throw new Error(`"paths", entry ${long + 1}: it must have at most ${LONGEST_PATH} characters.`);
  return value;
}

function numberFrom(
  name: string,
  value: unknown,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= minimum && value <= maximum) return value;
  throw new Error(`"${name}" must be a number between ${minimum} and ${maximum}.`);
}
