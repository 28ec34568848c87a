import type { CpuPrecision } from '../../shared/settings';
import type { TiledModel } from '../models/kinds/tiled';
import { openTileSession, type TileLayers, type TileSession } from '../runtime/session';
import { planningSize } from '../upscale/runTiles';
import { precisionPicture } from './precisionPicture';
import { FASTER_SHARE, type FormsCompared } from './precisionVerdict';
import { phrase, WordedError, type Words } from '../../shared/phrase';

/** Of the picture, before the margin that the model wants around it. */
const SIDE = 48;
/** In turns, so that whatever else the machine does meets both forms; fewer where it is clear. */
const [LEAST_ROUNDS, MOST_ROUNDS] = [2, 4];
/** So far from the share that decides no accident leads. */
const CLEAR = 0.05;

/** How a form of a model is opened, and what time it is, in milliseconds. */
export type FormPorts = {
  readonly open: (model: TiledModel) => Promise<TileSession>;
  readonly now: () => number;
};

const REAL: FormPorts = {
  open: ({ graph, manifest }) => openTileSession(graph, 'cpu', manifest.branches),
  now: () => performance.now(),
};

/**
 * Runs a model that has a form in 8 bits on a small picture in both forms, on the CPU, and tells how
 * far apart they are, at (1, 0) and (1, 1), and how long each took. `onStep` learns what runs next.
 */
export async function compareForms(
  model: TiledModel,
  onStep: (step: Words) => void = () => undefined,
  { open, now }: FormPorts = REAL,
): Promise<FormsCompared> {
  const { manifest } = model;
  const { width, height } = manifest.tile ?? planningSize(manifest, { width: SIDE, height: SIDE });
  const picture = precisionPicture(width, height);
  const opened: { readonly precision: CpuPrecision; readonly session: TileSession }[] = [];
  const times: Record<CpuPrecision, number[]> = { fp32: [], int8: [] };
  try {
    const results: TileLayers[] = [];
    for (const precision of ['fp32', 'int8'] as const) {
      onStep(phrase`the network in ${precision}`);
      const session = await open(model.inPrecision(precision));
      opened.push({ precision, session });
      // The first run also takes memory, so it is not timed.
      results.push(await session.run(picture, width, height));
    }
    for (
      let round = 0;
      round < MOST_ROUNDS && !(round >= LEAST_ROUNDS && isClear(times));
      round++
    ) {
      for (const { precision, session } of opened) {
        onStep(phrase`the network in ${precision}, round ${round + 1}`);
        const started = now();
        await session.run(picture, width, height);
        times[precision].push(now() - started);
      }
    }
    const [floats, bytes] = results;
    if (!floats || !bytes) throw new WordedError(phrase`a form of the model yielded nothing`);
    return { ...distance(floats, bytes), ...times };
  } finally {
    for (const { session } of opened) await session.release();
  }
}

/** Whether it is settled which form is the faster one. */
const isClear = ({ fp32, int8 }: Record<CpuPrecision, number[]>): boolean =>
  Math.abs(Math.min(...int8) / Math.min(...fp32) - FASTER_SHARE) > CLEAR;

/** Over both settings of the dials, in levels of 255. */
function distance(a: TileLayers, b: TileLayers): Pick<FormsCompared, 'largest' | 'deviation'> {
  let [largest, sum] = [0, 0];
  const { length } = a.base;
  for (const semantic of [0, 1]) {
    for (let i = 0; i < length; i++) {
      const difference = 255 * Math.abs(shown(a, i, semantic) - shown(b, i, semantic));
      largest = Math.max(largest, difference);
      sum += difference ** 2;
    }
  }
  return { largest, deviation: Math.sqrt(sum / (2 * length)) };
}

const shown = ({ base, pixel, semantic }: TileLayers, i: number, lambda: number): number =>
  Math.min(1, Math.max(0, (base[i] ?? 0) + (pixel[i] ?? 0) + lambda * (semantic?.[i] ?? 0)));
