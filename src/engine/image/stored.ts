import { exifOrientation } from '../metadata/exifTags';
import { factsOf } from './containers';
import type { ContainerFacts } from './containers/facts';
import { sniffed } from './containers/sniff';
import { withSource } from './openSource';

/** What the decoder leaves undone, since it does not look for it. */
export type Stored = {
  /** Colours are stored multiplied by alpha: of the formats read this way only AVIF's may be. */
  readonly isPremultiplied: boolean;
  /**
   * How EXIF says the picture is to be turned (1 to 8), in a place that only PNG has, or of an
   * animation, whose frames the decoder leaves as they are.
   */
  readonly orientation: number | undefined;
  /** Where a GIF is to say that what is bare is transparent. */
  readonly bareFlags: readonly number[];
};

export const storedBy = ({ isPremultiplied, hidden, bareFlags }: ContainerFacts): Stored => ({
  isPremultiplied: isPremultiplied === true,
  orientation: hidden?.exif && exifOrientation(hidden.exif),
  bareFlags: bareFlags ?? [],
});

/** The same of a file. */
export const storedIn = (file: string): Promise<Stored> =>
  withSource(file, async (view, head) => {
    const container = sniffed(head);
    return container === 'png' || container === 'avif' || container === 'gif'
      ? storedBy(await factsOf(view, container))
      : { isPremultiplied: false, orientation: undefined, bareFlags: [] };
  });
