import { isSameSize, type Size } from '../../shared/geometry';
import { RpcError } from '../../shared/rpc';
import { phrase } from '../../shared/phrase';
import { engineError, messageOf } from '../errors';
import { notAnImage } from './notAnImage';

/** Limits of the drawer and of its XML reader, which only bombs and mistakes come to. */
const BEYOND_LIMITS =
  /exceeded more than|amplification|excessive depth|too deep|maximum (?:depth|nesting)|circular|reference loop|huge input/i;
const UNKNOWN_NAME = /Entity '([^']{1,60})' not defined/;

/** What is told of a drawing that its drawer refuses. */
export function drawingError(name: string, error: unknown): Error {
  if (error instanceof RpcError) return error;
  const detail = messageOf(error);
  const refused = (message: ReturnType<typeof phrase>): Error =>
    engineError('input-unsupported', {
      message,
      hint: phrase`Simplify the drawing, or export it as PNG.`,
      detail,
    });
  if (/bad dimensions|zero-sized/.test(detail)) return lessThanAPixel(name, detail);
  if (BEYOND_LIMITS.test(detail))
    return refused(phrase`${name} can't be drawn: it repeats or nests its own parts too often.`);
  const entity = UNKNOWN_NAME.exec(detail)?.[1];
  const named = `&${entity ?? ''};`;
  return entity === undefined
    ? notAnImage(name, error)
    : refused(phrase`${name} can't be drawn: nothing in it says what ${named} stands for.`);
}

/** What is told of a drawing that has less than one pixel. */
export const lessThanAPixel = (name: string, detail?: string): Error =>
  engineError('input-unsupported', {
    message: phrase`${name} can't be drawn: its width or its height is less than one pixel.`,
    hint: phrase`Give it a larger width and height: a drawing loses nothing by that.`,
    ...(detail === undefined ? {} : { detail }),
  });

/** Refuses a drawing that its own style makes larger or smaller than it was to be drawn. */
export function refuseOtherSize(name: string, drawn: Size, wanted: Size): void {
  if (isSameSize(drawn, wanted)) return;
  throw engineError('input-unsupported', {
    message: phrase`${name} can't be drawn at ${wanted.width}×${wanted.height} pixels: its own style makes it ${drawn.width}×${drawn.height}.`,
    hint: phrase`Remove width and height from the styles of its svg element, or export it as PNG.`,
  });
}
