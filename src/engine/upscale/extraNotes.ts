import { byteWords } from '../../shared/byteText';
import { phrase, type Words } from '../../shared/phrase';
import type { Extra } from '../image/containers/facts';
import { fewOf } from '../metadata/remarks';

const CREDENTIALS = phrase`Content Credentials (C2PA) were left out: they are signed for the file as it was.`;
const PATHS = phrase`Photoshop’s paths (outlines, as for clipping) were left out.`;
const LAYERS = phrase`Layers that a program keeps in the source were left out; the picture that they show together was upscaled.`;
const MAP = phrase`Where its pixels lie on a map (GeoTIFF) was left out: it is true of the source’s pixels.`;
const NINE_PATCH = phrase`How Android stretches this compiled nine-patch was left out; upscale the nine-patch (.9.png) that it was made from.`;

/**
 * What a person should know of what a source holds beside its picture and metadata, and its result
 * does not.
 * @param formatName the source's
 * @param keepLocation whether the person wants what says where it is
 */
export const extraNotes = (
  extras: readonly Extra[],
  formatName: string,
  keepLocation: boolean,
): Words[] =>
  extras.flatMap((extra) => {
    switch (extra) {
      case 'credentials':
        return [CREDENTIALS];
      case 'paths':
        return [PATHS];
      case 'layers':
        return [LAYERS];
      case 'map':
        return keepLocation ? [MAP] : [];
      case 'nine-patch':
        return [NINE_PATCH];
      default:
        if ('bytesBehind' in extra)
          return [
            phrase`What stands behind the picture's end in the file was left out (${byteWords(extra.bytesBehind)}).`,
          ];
        return [
          phrase`Parts of the ${formatName.toUpperCase()} that only single programs know were left out: ${fewOf(extra.ofPrograms)}.`,
        ];
    }
  });
