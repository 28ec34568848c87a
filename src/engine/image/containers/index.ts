import { avifFacts } from './isobmff';
import type { ContainerFacts, Part } from './facts';
import { FileView } from './fileView';
import { gifFacts } from './gif';
import { jpegFacts } from './jpeg';
import { pngFacts } from './png';
import type { Container } from './sniff';
import { tiffFacts } from './tiff';
import { webpFacts } from './webp';

const WALKS: {
  readonly [C in Container]: (view: FileView, part: Part) => Promise<ContainerFacts>;
} = {
  png: pngFacts,
  jpeg: jpegFacts,
  webp: webpFacts,
  avif: avifFacts,
  tiff: tiffFacts,
  gif: gifFacts,
};

/**
 * What a file's own structure says, wherever in the file it stands. Damage ends a walk; what was
 * found before it counts.
 */
export const containerFacts = (file: string, container: Container): Promise<ContainerFacts> =>
  FileView.use(file, (view) => factsOf(view, container));

/** The same of a file that is open, or of its head alone. */
export const factsOf = (
  view: FileView,
  container: Container,
  part: Part = 'whole',
): Promise<ContainerFacts> =>
  WALKS[container](view, part).catch((error: unknown) => {
    // A length that leads out of what was read: the decoder says what is wrong with such a file.
    if (error instanceof RangeError) return { container, remarks: [] };
    throw error;
  });
