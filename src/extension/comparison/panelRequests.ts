import { PIXEL_ART_CHOICES, type PixelArtChoice } from '../../shared/assetOptions';
import type { Rect, Size } from '../../shared/geometry';
import { GUIDANCE_RANGE, type Guidance } from '../../shared/guidance';
import {
  MOST_TILES,
  SAVE_WAYS,
  SAVED_ACTIONS,
  type PanelChoice,
  type PanelExactPart,
  type PanelPart,
  type PanelRun,
  type PanelSave,
  type SavedAction,
} from '../../shared/panelProtocol';
import { LONGEST_ADDRESS, MOST_DROPPED, type PanelDrop } from '../../shared/panelDrop';
import { RpcError } from '../../shared/rpc';
import { isOneOf } from '../../shared/oneOf';
import { LOSSLESS_CHOICES } from '../../shared/outputOptions';
import { LONGEST_PROMPT, OUTPUT_FORMATS, QUALITY_RANGE, SCALE_RANGE } from '../../shared/settings';
import { phrase, type Words } from '../../shared/phrase';

/** Largest side that a rectangle of a webview may name. */
const LARGEST_SIDE = 2 ** 31;

/**
 * Reads the webview's requests. A webview is a page that a picture or a bug may have confused:
 * whatever is not exactly as agreed is refused with code `invalid-request`, before anything
 * happens. `isModel`: whether an id may be asked for.
 */
export class PanelRequests {
  constructor(private readonly isModel: (id: string) => boolean) {}

  /** For methods without parameters. */
  nothing(value: unknown): void {
    if (value !== undefined && value !== null) throw refused('parameters', value, 'nothing');
  }

  preview(value: unknown): PanelRun & PanelPart {
    const fields = record(value);
    const { have } = fields;
    if (!Array.isArray(have) || have.length > MOST_TILES)
      throw refused('have', have, phrase`at most ${MOST_TILES} tiles`);
    return {
      ...this.run(fields),
      first: optionalRect('first', fields.first),
      region: optionalRect('region', fields.region),
      have: have.map((tile: unknown) => rect('have', tile)),
    };
  }

  /** `size`: of the result that the rectangle must lie in. */
  exact(value: unknown, size: Size): PanelRun & PanelExactPart {
    const fields = record(value);
    const part = rect('rect', fields.rect);
    const { draft } = fields;
    if (typeof draft !== 'boolean') throw refused('draft', draft, phrase`true or false`);
    if (part.x + part.width > size.width || part.y + part.height > size.height)
      throw refused('rect', JSON.stringify(part), phrase`inside ${size.width}×${size.height}`);
    return { ...this.run(fields), guidance: guidance(fields.guidance), rect: part, draft };
  }

  choice(value: unknown): PanelChoice {
    const fields = record(value);
    const { format, quality, lossless } = fields;
    if (format !== 'source' && !isOneOf(OUTPUT_FORMATS, format))
      throw refused('format', format, ['source', ...OUTPUT_FORMATS].join(', '));
    if (!isInRange(quality, QUALITY_RANGE) || !Number.isInteger(quality))
      throw refused('quality', quality, phrase`a whole number from 1 to 100`);
    if (!isOneOf(LOSSLESS_CHOICES, lossless))
      throw refused('lossless', lossless, LOSSLESS_CHOICES.join(', '));
    return {
      model: this.model(fields.model),
      guidance: guidance(fields.guidance),
      scale: scale(fields.scale),
      format,
      quality,
      lossless,
      pixelArt: pixelArt(fields.pixelArt),
      prompt: prompt(fields.prompt),
      ...this.restorer(fields.restore),
    };
  }

  save(value: unknown): PanelSave {
    const { how, onProcessor, again } = record(value);
    if (!isOneOf(SAVE_WAYS, how)) throw refused('how', how, SAVE_WAYS.join(', '));
    return {
      ...this.choice(value),
      onProcessor: bool('onProcessor', onProcessor),
      how,
      again: bool('again', again),
    };
  }

  /** One file is written at a time. */
  savedAlone(isSaving: boolean, { how }: PanelSave): void {
    if (isSaving) throw refused('how', how, 'nothing');
  }

  savedAction(value: unknown): SavedAction {
    if (!isOneOf(SAVED_ACTIONS, value)) throw refused('file', value, SAVED_ACTIONS.join(', '));
    return value;
  }

  unsaved(value: unknown): boolean {
    return bool('unsaved', value);
  }

  step(value: unknown): 1 | -1 {
    if (value === 1 || value === -1) return value;
    throw refused('step', value, '1 or -1');
  }

  drop(value: unknown): PanelDrop {
    const { addresses, elsewhere } = record(value);
    const isList =
      Array.isArray(addresses) &&
      addresses.length <= MOST_DROPPED &&
      addresses.every((one) => typeof one === 'string' && one.length <= LONGEST_ADDRESS);
    if (!isList) throw refused('addresses', addresses, phrase`at most ${MOST_DROPPED} addresses`);
    return { addresses: addresses as string[], elsewhere: bool('elsewhere', elsewhere) };
  }

  private run(fields: Record<string, unknown>): PanelRun {
    return {
      model: this.model(fields.model),
      onProcessor: bool('onProcessor', fields.onProcessor),
      scale: scale(fields.scale),
      pixelArt: pixelArt(fields.pixelArt),
      prompt: prompt(fields.prompt),
      ...this.restorer(fields.restore),
    };
  }

  private restorer(value: unknown): Pick<PanelRun, 'restore'> {
    return value === undefined || value === null ? {} : { restore: this.model(value) };
  }

  /** For methods that are about a model alone. */
  modelAlone(value: unknown): string {
    return this.model(record(value).model);
  }

  private model(value: unknown): string {
    if (typeof value === 'string' && this.isModel(value)) return value;
    throw refused('model', value, phrase`a model of the list`);
  }
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused('parameters', value, phrase`an object`);
  return value as Record<string, unknown>;
}

function guidance(value: unknown): Guidance {
  const { pixel, semantic } = record(value);
  for (const dial of [pixel, semantic])
    if (!isInRange(dial, GUIDANCE_RANGE))
      throw refused(
        'guidance',
        dial,
        phrase`between ${GUIDANCE_RANGE.minimum} and ${GUIDANCE_RANGE.maximum}`,
      );
  return { pixel: pixel as number, semantic: semantic as number };
}

function scale(value: unknown): number {
  if (isInRange(value, SCALE_RANGE)) return value;
  throw refused('scale', value, phrase`between ${SCALE_RANGE.minimum} and ${SCALE_RANGE.maximum}`);
}

function pixelArt(value: unknown): PixelArtChoice {
  if (isOneOf(PIXEL_ART_CHOICES, value)) return value;
  throw refused('pixelArt', value, PIXEL_ART_CHOICES.join(', '));
}

function prompt(value: unknown): string {
  if (typeof value === 'string' && value.length <= LONGEST_PROMPT) return value;
  throw refused('prompt', value, phrase`text of at most ${LONGEST_PROMPT} characters`);
}

const optionalRect = (name: string, value: unknown): Rect | undefined =>
  value === undefined || value === null ? undefined : rect(name, value);

function rect(name: string, value: unknown): Rect {
  const { x, y, width, height } = record(value);
  const whole = [x, y, width, height].every(
    (side) => Number.isInteger(side) && (side as number) >= 0 && (side as number) < LARGEST_SIDE,
  );
  if (!whole || width === 0 || height === 0)
    throw refused(name, JSON.stringify(value), phrase`whole numbers x, y, width, height`);
  return { x, y, width, height } as Rect;
}

function bool(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw refused(name, value, phrase`true or false`);
  return value;
}

const isInRange = (
  value: unknown,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): value is number => typeof value === 'number' && value >= minimum && value <= maximum;

function refused(name: string, value: unknown, expected: Words): RpcError {
  const shown =
    typeof value === 'string'
      ? value.slice(0, 80)
      : typeof value === 'number' || typeof value === 'boolean'
        ? String(value)
        : typeof value;
  return new RpcError({
    code: 'invalid-request',
    message: phrase`The panel asked for ${name}: ${shown}; expected: ${expected}. Nothing was changed.`,
  });
}
