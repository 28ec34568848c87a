import { exifOrientation } from '../metadata/exifTags';
import { factsOf } from './containers';
import type { ContainerFacts } from './containers/facts';
import { sniffed } from './containers/sniff';
import { withSource } from './openSource';

/** What the decoder leaves undone, since it does not look for it. */
export type Stored = {
  /** Colours are stored multiplied by alpha: of the formats read this way only AVIF's may be. */
  readonly isPremultiplied: boolean;
  /** How EXIF says the picture is to be turned (1 to 8), in a place that only PNG has. */
  readonly orientation: number | undefined;
};

export const storedBy = ({ isPremultiplied, hidden }: ContainerFacts): Stored => ({
  isPremultiplied: isPremultiplied === true,
  orientation: hidden?.exif && exifOrientation(hidden.exif),
});

/** The same of a file. */
export const storedIn = (file: string): Promise<Stored> =>
  withSource(file, async (view, head) => {
    const container = sniffed(head);
    return container === 'png' || container === 'avif'
      ? storedBy(await factsOf(view, container))
      : { isPremultiplied: false, orientation: undefined };
  });
