import os from 'node:os';
import { engineError, messageOf } from '../errors';
import { phrase, type Words } from '../../shared/phrase';

export const SUPPORTED = phrase`Supported: PNG, JPEG, WebP, AVIF, TIFF, GIF and SVG.`;

/** What decoders say of files that are valid, but use what they lack. */
const NOT_SUPPORTED =
  /not configured|not supported|unsupported (?!image format)|not implemented|unhandled critical|unimplemented/i;

/**
 * What decoders say of content that contradicts itself, whatever words they have for it: libheif, and
 * libjpeg of a marker that no JPEG has.
 */
const INVALID = /^heif: Invalid input|Unsupported marker type/m;

/** An error for a file whose content is no picture, one that can't be read here, or a damaged one. */
export function notAnImage(name: string, error: unknown): Error {
  const detail = messageOf(error);
  // What is decoded goes to a file, and libvips hands on what the system says of that.
  if (/no space left|not enough space|disk quota|file too large/i.test(detail)) {
    const folder = os.tmpdir();
    return engineError('disk-full', {
      message: phrase`No space is left in ${folder}, where ${name} was to be decoded.`,
      remedies: [{ kind: 'free-space', folder }],
      detail,
    });
  }
  if (/unsupported image format/i.test(detail)) {
    return engineError('input-not-an-image', {
      message: phrase`${name} is not a picture that can be read: its content is of no supported format, whatever its name says.`,
      hint: SUPPORTED,
      detail,
    });
  }
  if (/timeout/i.test(detail)) {
    return engineError('input-too-slow', {
      message: phrase`${name} was not decoded in time.`,
      hint: phrase`Export it again, as PNG or JPEG for example.`,
      detail,
    });
  }
  const lacking = INVALID.test(detail)
    ? undefined
    : detail.split('\n').find((line) => NOT_SUPPORTED.test(line));
  const said = lacking?.replace(/^\w+: /, '').slice(0, 160);
  if (said !== undefined)
    return unsupported(name, phrase`what its decoder lacks ("${said}")`, detail);
  return engineError('input-damaged', {
    message: phrase`${name} is damaged or incomplete.`,
    hint: phrase`Restore the file from version control or a backup, or export it again.`,
    detail,
  });
}

/** An error for a valid file with something in it that can't be read here: "… has `what`". */
export const unsupported = (name: string, what: Words, detail?: string): Error =>
  engineError('input-unsupported', {
    message: phrase`${name} can't be read: it has ${what}.`,
    hint: phrase`Open it in an image editor and export it again as PNG, or as TIFF with LZW or Deflate compression.`,
    ...(detail === undefined ? {} : { detail }),
  });
