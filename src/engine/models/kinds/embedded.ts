import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hasExternalData } from '../../graph/externalData';
import { openTileSession } from '../../runtime/session';
import { checkFiles, modelDamaged } from '../fileChecks';
import type { ModelFile, TiledManifest } from '../manifest';
import type { ModelAdvice } from '../model';
import { TiledModel } from './tiled';

/** A network in one ONNX file beside its manifest, as the program brings it along. */
export class EmbeddedModel extends TiledModel {
  readonly stable = true;
  readonly graph: string;
  readonly files: readonly ModelFile[];
  readonly advice: ModelAdvice = {
    hint: 'It belongs to the program itself.',
    remedy: 'reinstall',
    repair: 'install the program again',
    matches: () => 'matches its SHA-256',
  };

  constructor(
    readonly manifest: TiledManifest,
    readonly folder: string,
  ) {
    super();
    this.graph = path.join(folder, manifest.graph.path);
    this.files = [manifest.graph];
  }

  async check(thorough = false): Promise<void> {
    await checkFiles(this, thorough);
    const what = await graphProblem(this.graph);
    if (what !== undefined) throw modelDamaged(this, what);
  }

  async open(): Promise<string> {
    await (await openTileSession(this.graph, 'cpu', this.manifest.branches)).release();
    return 'files match their SHA-256, the graph opens';
  }
}

/**
 * The manifest vouches for the graph's file alone: weights in another one could change with nobody
 * noticing.
 */
async function graphProblem(graph: string): Promise<string | undefined> {
  try {
    return hasExternalData(await readFile(graph))
      ? `weights of ${graph} lie in other files, which the manifest does not name; save it as one file`
      : undefined;
  } catch {
    return `${graph} is no ONNX model`;
  }
}
