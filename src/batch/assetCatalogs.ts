import path from 'node:path';
import { densityOf } from '../shared/density';
import { say } from '../shared/phrase';
import { readSmallText } from '../files/readSmall';
import { isObject } from '../shared/json';

/** Xcode's folders of one picture in several densities. (Asset Catalog Format Reference.) */
const SETS = /\.(?:imageset|appiconset|iconset|launchimage|brandassets|imagestack|spriteatlas)$/i;
const CONTENTS = 'Contents.json';
const MOST_BYTES = 1_000_000;

/** Pixels for one point of pictures in Xcode's catalogs, whatever their names. */
export class AssetCatalogs {
  private readonly folders = new Map<string, Promise<ReadonlyMap<string, number>>>();

  constructor(private readonly signal?: AbortSignal) {}

  /**
   * The factor that the catalog of a picture's folder gives it; undefined for one of density 1, of
   * no catalog, or of one that can't be read.
   * @param file absolute
   */
  async factorOf(file: string): Promise<number | undefined> {
    const folder = path.dirname(file);
    if (!SETS.test(folder)) return undefined;
    let factors = this.folders.get(folder);
    if (!factors) {
      factors = this.read(path.join(folder, CONTENTS));
      this.folders.set(folder, factors);
    }
    return (await factors).get(path.basename(file).normalize());
  }

  private async read(file: string): Promise<ReadonlyMap<string, number>> {
    const text = await readSmallText(file, {
      limit: MOST_BYTES,
      ...(this.signal ? { signal: this.signal } : {}),
    }).catch(() => '');
    this.signal?.throwIfAborted();
    return factorsIn(text);
  }
}

/**
 * Why a picture is one of the larger ones of a set, as its path or its catalog says; undefined where
 * neither does.
 * @param input relative, as a person is told it; `file` absolute
 */
export async function whyInSet(
  input: string,
  file: string,
  catalogs: AssetCatalogs,
): Promise<string | undefined> {
  const density = densityOf(input);
  if (density) return say`Its name says that it is the ×${density.factor} picture of a set.`;
  const factor = await catalogs.factorOf(file);
  return factor === undefined
    ? undefined
    : say`${CONTENTS} says that it is the ×${factor} picture of a set.`;
}

/** Which pictures of a `Contents.json` have more than one pixel for a point in each of their places. */
function factorsIn(text: string): ReadonlyMap<string, number> {
  const factors = new Map<string, number>();
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return factors;
  }
  const images = isObject(content) && Array.isArray(content.images) ? content.images : [];
  for (const image of images as readonly unknown[]) {
    if (!isObject(image) || typeof image.filename !== 'string') continue;
    const scale = typeof image.scale === 'string' ? /^(\d)x$/.exec(image.scale)?.[1] : undefined;
    const name = image.filename.normalize();
    factors.set(name, Math.min(factors.get(name) ?? Infinity, Number(scale ?? 1)));
  }
  for (const [name, factor] of factors) if (factor <= 1) factors.delete(name);
  return factors;
}
