import path from 'node:path';
import { densityOf, densityProblem, type DensitySet } from '../shared/density';
import { isObject } from '../shared/json';
import { phrase, type Words } from '../shared/phrase';
import { readSmallText } from './readSmall';

/** What Xcode writes into each folder of a catalog. (Asset Catalog Format Reference.) */
const CONTENTS = 'Contents.json';
const MOST_BYTES = 1_000_000;
/** Folders that hold something have a kind: `.imageset`, `.stickersiconset`; others are groups. */
const WITH_KIND = /\.[a-z]+$/i;

/** What a folder's `Contents.json` says of the files and folders in it, by their names. */
type Factors = ReadonlyMap<string, number>;

/**
 * Pixels for one point of pictures in Xcode's catalogs, whatever their names. Of which kind a folder is
 * does not matter: what it says in its `Contents.json` does.
 */
export class AssetCatalogs {
  private readonly folders = new Map<string, Promise<Factors | undefined>>();

  constructor(private readonly signal?: AbortSignal) {}

  /**
   * The factor that the catalog of a picture's folder gives it, or the one of the folder above to the
   * whole folder, as to a texture's; undefined for one of density 1, of no catalog, or of one that
   * can't be read.
   * @param file absolute
   */
  async factorOf(file: string): Promise<number | undefined> {
    const folder = path.dirname(file);
    const own = await this.factorsOf(folder);
    if (!own) return undefined;
    const factor =
      own.get(path.basename(file).normalize()) ??
      (await this.factorsOf(path.dirname(folder)))?.get(path.basename(folder).normalize());
    return factor === undefined || factor <= 1 ? undefined : factor;
  }

  private factorsOf(folder: string): Promise<Factors | undefined> {
    if (!WITH_KIND.test(path.basename(folder))) return Promise.resolve(undefined);
    const known = this.folders.get(folder);
    if (known) return known;
    const read = this.read(path.join(folder, CONTENTS));
    this.folders.set(folder, read);
    return read;
  }

  private async read(file: string): Promise<Factors | undefined> {
    const text = await readSmallText(file, {
      limit: MOST_BYTES,
      ...(this.signal ? { signal: this.signal } : {}),
    }).catch(() => undefined);
    this.signal?.throwIfAborted();
    return text === undefined ? undefined : factorsIn(text);
  }
}

/**
 * Why a picture is one of the larger ones of a set, as its path or its catalog says; undefined where
 * neither does.
 * @param input as a person is told it; `file` absolute
 */
export async function whyInSet(
  input: string,
  file: string,
  catalogs: AssetCatalogs,
): Promise<Words | undefined> {
  const density = densityOf(input);
  if (density) return phrase`Its name says that it is the ×${density.factor} picture of a set.`;
  const factor = await catalogs.factorOf(file);
  return factor === undefined
    ? undefined
    : phrase`${CONTENTS} says that it is the ×${factor} picture of a set.`;
}

/** The same for a picture that is named by itself, with what to take instead. */
export async function whyNotSource(
  file: string,
  catalogs = new AssetCatalogs(),
): Promise<Words | undefined> {
  const why = await whyInSet(file, file, catalogs);
  return why === undefined ? undefined : phrase`${why} Upscale the picture of density 1 instead.`;
}

/** Why there can't be a set of a picture, as its path or its catalog says; undefined when there can. */
export async function setProblem(
  file: string,
  set: DensitySet,
  catalogs: AssetCatalogs,
): Promise<Words | undefined> {
  const problem = densityProblem(file.replaceAll(path.sep, '/'), set);
  if (problem !== undefined) return problem;
  const factor = await catalogs.factorOf(file);
  return factor === undefined
    ? undefined
    : phrase`${path.basename(file)} is the ×${factor} picture of a set already, as ${CONTENTS} says.`;
}

/** The factors of what a `Contents.json` names: of several places of one file the smallest. */
function factorsIn(text: string): Factors | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  if (!isObject(content)) return undefined;
  const factors = new Map<string, number>();
  // Pictures, textures, data, symbols: each kind of folder has a list of its own.
  for (const entry of Object.values(content).filter(Array.isArray).flat() as readonly unknown[]) {
    if (!isObject(entry) || typeof entry.filename !== 'string') continue;
    const scale =
      typeof entry.scale === 'string' ? /^(\d+(?:\.\d+)?)x$/.exec(entry.scale)?.[1] : undefined;
    const name = entry.filename.normalize();
    factors.set(name, Math.min(factors.get(name) ?? Infinity, Number(scale ?? 1)));
  }
  return factors;
}
