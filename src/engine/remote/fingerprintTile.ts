import type { Agreement } from '../../shared/engineProtocol';
import type { Size } from '../../shared/geometry';
import type { Precision } from '../../shared/modelProtocol';
import type { TiledModel } from '../models/kinds/tiled';
import { modelKey } from '../models/modelKey';
import { openTileSession } from '../runtime/session';
import { relativeL2 } from '../trust/agreement';
import { judged } from '../trust/probe';
import { noiseTile } from './noise';
import { phrase, type Words } from '../../shared/phrase';
import type { Layers } from './oip/tensors';

/**
 * Largest relative L2 distance of a layer from this machine's CPU: another order of the sums, on
 * other hardware, in a network as deep as the community's; another network is far beyond.
 */
export const REMOTE_BOUNDS: Readonly<Record<Precision, number>> = { fp32: 1e-3, fp16: 2e-3 };

/** A tile of fixed noise and what this machine's CPU makes of it. */
export type FingerprintTile = Size & { readonly image: Float32Array; readonly expected: Layers };

const made = new Map<string, Promise<FingerprintTile>>();

/**
 * The tile by which a server's model is compared with the local one, of the server's only size if it
 * has one. Computed once for each model in the life of a process.
 */
export function fingerprintTile(model: TiledModel, only?: Size): Promise<FingerprintTile> {
  const noise = noiseTile(model.manifest, only);
  const key = `${modelKey(model)} ${noise.width}×${noise.height}`;
  const known = made.get(key);
  if (known) return known;
  const making = compute(model, noise);
  made.set(key, making);
  making.catch(() => made.delete(key));
  return making;
}

async function compute(
  { graph, manifest }: TiledModel,
  { width, height, image }: Omit<FingerprintTile, 'expected'>,
): Promise<FingerprintTile> {
  const session = await openTileSession(graph, 'cpu', manifest.branches);
  try {
    const layers = await session.run(image, width, height);
    const expected = new Map(
      manifest.branches.map((name) => [name, Float32Array.from(layers[name] ?? [])]),
    );
    return { width, height, image, expected };
  } finally {
    await session.release();
  }
}

/** How close a server came to this machine, layer by layer. */
export function compareLayers(
  { expected }: FingerprintTile,
  answered: Layers,
  precision: Precision,
): (Agreement<Words> & { readonly layer: string })[] {
  const bound = REMOTE_BOUNDS[precision];
  return [...expected].map(([name, layer]) => ({
    layer: name,
    what: phrase`network, ${name}`,
    precision: precision === 'fp16' ? 'float16' : 'float32',
    bound,
    ...judged(relativeL2(answered.get(name) ?? new Float32Array(), layer), bound),
  }));
}
