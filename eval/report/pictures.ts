import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Guidance } from '../../src/shared/guidance';
import { FACTOR, SETS, type SetName } from '../degrade/degrade';
import type { Grid } from '../grid';
import { CATEGORIES, type HeldOut } from '../heldout';
import type { Method } from '../methods';
import { Network } from '../network';
import { crop, type Picture } from '../picture';
import type { Store } from '../store';
import { mostDetailed } from './detail';
import { drawSheet, type Tile } from './sheet';

const GRID_SIDE = 176;
const GRID_LAMBDAS = [0, 0.5, 1, 1.5] as const;
/** The degraded set shows what each dial does: one removes, the other adds. */
const GRID_SET: SetName = 'blur-jpeg';
const STRIP_SIDE = 192;

/**
 * What is drawn: the pictures of these names, or the first of each category. Throws for a name that
 * is none.
 */
export function shownPictures(pictures: readonly HeldOut[], names: readonly string[]): HeldOut[] {
  if (names.length === 0)
    return CATEGORIES.flatMap(
      (category) => pictures.find((held) => held.category === category) ?? [],
    );
  return names.map((name) => {
    const held = pictures.find((one) => one.name === name);
    if (!held) throw new Error(`There is no held-out picture ${name}.`);
    return held;
  });
}

/** λ_pix × λ_sem crops of each picture, as in Figure 1 of PiSA-SR. */
export async function drawGrids(
  folder: string,
  pictures: readonly HeldOut[],
  { model }: Grid,
  store: Store,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const network = await Network.open(model);
  for (const held of pictures) {
    const { left, top } = mostDetailed(held.picture, GRID_SIDE);
    const enlargement = await network.run(await store.input(held, GRID_SET));
    const tile = (guidance: Guidance): Tile => ({
      picture: crop(enlargement.blend(guidance), left, top, GRID_SIDE, GRID_SIDE),
      label: `λ_pix ${guidance.pixel}, λ_sem ${guidance.semantic}`,
    });
    const rows = GRID_LAMBDAS.map((semantic) =>
      GRID_LAMBDAS.map((pixel) => tile({ pixel, semantic })),
    );
    await drawSheet(path.join(folder, `grid-${held.name}.webp`), rows, {
      title: `${model.manifest.name}: ${held.name}, ${GRID_SET}`,
    });
  }
  await network.release();
}

/**
 * Every method beside the others at 100 %, for each picture: a row for each set, its input and the
 * original at the ends.
 */
export async function drawStrips(
  folder: string,
  pictures: readonly HeldOut[],
  methods: readonly Method[],
  store: Store,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const held of pictures) {
    const side = Math.min(STRIP_SIDE, held.picture.width, held.picture.height);
    const { left, top } = mostDetailed(held.picture, side);
    const cut = (picture: Picture): Picture => crop(picture, left, top, side, side);
    const rows = await Promise.all(
      SETS.map(async (set): Promise<Tile[]> => [
        { picture: cut(repeatPixels(await store.input(held, set))), label: 'Input' },
        ...(await Promise.all(
          methods.map(async (method) => ({
            picture: cut(await store.read(held, set, method)),
            label: method.label,
          })),
        )),
        { picture: cut(held.picture), label: 'Original' },
      ]),
    );
    await drawSheet(path.join(folder, `strip-${held.name}.webp`), rows, {
      title: held.name,
      rowNames: SETS,
    });
  }
}

/** Every pixel as a square of FACTOR × FACTOR. */
function repeatPixels({ data, width, height }: Picture): Picture {
  const result = new Uint8Array(data.length * FACTOR ** 2);
  for (let y = 0; y < height * FACTOR; y++) {
    for (let x = 0; x < width * FACTOR; x++) {
      const from = 3 * (Math.floor(y / FACTOR) * width + Math.floor(x / FACTOR));
      result.set(data.subarray(from, from + 3), 3 * (y * width * FACTOR + x));
    }
  }
  return { width: width * FACTOR, height: height * FACTOR, data: result };
}
