import { engineError } from '../../errors';
import { GraphsDiffer, mergePair } from '../../graph/mergeGraphs';
import { graphKey, openTileSession, placedGraph, type GraphSource } from '../../runtime/session';
import type { ModelFile, TiledDescriptor } from '../manifest';
import type { ModelAdvice } from '../model';
import { TiledModel } from './tiled';
import { phrase, type Words } from '../../../shared/phrase';

/**
 * Two models of one scale as one with both dials: `base + λ_pix·(P − base) + λ_sem·(S − P)`, in one
 * graph.
 */
export class PairModel extends TiledModel {
  readonly stable = false;
  readonly manifest: TiledDescriptor;
  readonly folder: string;
  readonly files: readonly ModelFile[];
  readonly graph: GraphSource;
  readonly advice: ModelAdvice;
  override readonly exactPreview: boolean;

  /** Throws `bad-setting` for two models that can't be one. */
  constructor(
    private readonly fidelity: TiledModel,
    private readonly texture: TiledModel,
  ) {
    super();
    this.manifest = together(fidelity.manifest, texture.manifest);
    this.folder = fidelity.folder;
    this.files = [...fidelity.files, ...texture.files];
    this.advice = fidelity.advice;
    this.exactPreview = fidelity.exactPreview && texture.exactPreview;
    this.graph = {
      key: `${graphKey(fidelity.graph)}+${graphKey(texture.graph)}`,
      build: () => this.build(),
    };
  }

  async check(thorough = false): Promise<void> {
    await this.fidelity.check(thorough);
    await this.texture.check(thorough);
  }

  async open(): Promise<Words> {
    await (await openTileSession(this.graph, 'cpu', this.manifest.branches)).release();
    return phrase`both models open as one graph`;
  }

  private async build(): Promise<{ onnx: Uint8Array; folder: string }> {
    const [p, s] = [await placedGraph(this.fidelity.graph), await placedGraph(this.texture.graph)];
    try {
      return mergePair(p, s);
    } catch (error) {
      if (error instanceof GraphsDiffer) throw apart(this.manifest.id, error.words);
      throw error;
    }
  }
}

function together(p: TiledDescriptor, s: TiledDescriptor): TiledDescriptor {
  const id = `${p.id}+${s.id}`;
  if (p.scale !== s.scale)
    throw apart(id, phrase`one enlarges ×${p.scale} and the other ×${s.scale}`);
  if (p.tile && s.tile && (p.tile.width !== s.tile.width || p.tile.height !== s.tile.height))
    throw apart(id, phrase`each takes pictures of one size only, and the sizes differ`);
  const multipleOf = leastCommonMultiple(p.sizeRule.multipleOf, s.sizeRule.multipleOf);
  const tile = p.tile ?? s.tile;
  const margin = Math.max(p.margin, s.margin);
  const halo = Math.max(p.halo, s.halo);
  return {
    id,
    name: `${p.name} + ${s.name}`,
    description: `λ_pix: ${p.name}; λ_sem: ${s.name}.`,
    scale: p.scale,
    branches: ['pixel', 'semantic'],
    licence: {
      spdx:
        p.licence.spdx === s.licence.spdx
          ? p.licence.spdx
          : `${p.licence.spdx} AND ${s.licence.spdx}`,
      source: [...new Set([p.licence.source, s.licence.source])].join('; '),
    },
    sizeRule: { multipleOf, minimum: Math.max(p.sizeRule.minimum, s.sizeRule.minimum) },
    margin: Math.ceil(margin / multipleOf) * multipleOf,
    halo,
    feather: Math.max(p.feather ?? 0, s.feather ?? 0),
    tilePixels: Math.max(Math.min(p.tilePixels, s.tilePixels), (2 * halo + 64) ** 2),
    ...(tile ? { tile } : {}),
  };
}

/** `why` completes "They can't be used together: …". */
const apart = (id: string, why: Words): Error =>
  engineError('bad-setting', {
    message: phrase`The models of "${id}" can't be used together: ${why}.`,
    hint: phrase`Choose two models of one scale.`,
  });

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
const leastCommonMultiple = (a: number, b: number): number => (a / divisor(a, b)) * b;
