import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CpuPrecision } from '../../../shared/settings';
import { hasExternalData } from '../../graph/externalData';
import { floatForm } from '../../graph/floatForm';
import { openTileSession, type BuiltGraph, type GraphSource } from '../../runtime/session';
import { checkFiles, modelDamaged } from '../fileChecks';
import type { ModelFile, TiledManifest } from '../manifest';
import type { ModelAdvice } from '../model';
import { TiledModel } from './tiled';
import { phrase, type Words } from '../../../shared/phrase';
import { wordsOf } from '../../../shared/rpc';

/** A network in one ONNX file beside its manifest, as the program brings it along. */
export class EmbeddedModel extends TiledModel {
  readonly stable = true;
  readonly graph: GraphSource;
  /** Absolute path of its ONNX file. */
  readonly file: string;
  override readonly cpuPrecisions: readonly CpuPrecision[];
  readonly files: readonly ModelFile[];
  readonly advice: ModelAdvice = {
    hint: phrase`It belongs to the program itself.`,
    remedy: 'reinstall',
    repair: phrase`install the program again`,
    matches: () => phrase`matches its SHA-256`,
  };

  constructor(
    readonly manifest: TiledManifest,
    readonly folder: string,
    override readonly cpuPrecision: CpuPrecision = 'fp32',
  ) {
    super();
    this.cpuPrecisions = manifest.precisions;
    this.file = path.join(folder, manifest.graph.path);
    // The file is the form in 8 bits, where there is one.
    if (!manifest.precisions.includes('int8')) this.graph = this.file;
    else if (cpuPrecision === 'int8')
      this.graph = { key: this.file, build: () => this.in8Bits(), isCompared: true };
    else this.graph = { key: `${this.file}|fp32`, build: () => this.inFloats() };
    this.files = [manifest.graph];
  }

  override inPrecision(precision: CpuPrecision): EmbeddedModel {
    if (precision === this.cpuPrecision) return this;
    if (!this.cpuPrecisions.includes(precision)) super.inPrecision(precision);
    return new EmbeddedModel(this.manifest, this.folder, precision);
  }

  async check(thorough = false): Promise<void> {
    await checkFiles(this, thorough);
    const what = await graphProblem(this.file);
    if (what !== undefined) throw modelDamaged(this, what);
  }

  async open(): Promise<Words> {
    for (const precision of this.cpuPrecisions) {
      const { graph } = this.inPrecision(precision);
      await (await openTileSession(graph, 'cpu', this.manifest.branches)).release();
    }
    const forms =
      this.cpuPrecisions.length === 1
        ? phrase`the graph opens`
        : phrase`the graph opens in floats and in 8 bits`;
    return phrase`files match their SHA-256, ${forms}`;
  }

  private async in8Bits(): Promise<BuiltGraph> {
    return { onnx: await readFile(this.file), folder: this.folder };
  }

  private async inFloats(): Promise<BuiltGraph> {
    const bytes = await readFile(this.file);
    try {
      const onnx = floatForm(bytes);
      if (onnx) return { onnx, folder: this.folder };
    } catch (error) {
      throw modelDamaged(this, phrase`its form in floats can't be told: ${wordsOf(error)}`);
    }
    throw modelDamaged(this, phrase`${this.file} has no form in 8 bits, which its manifest names`);
  }
}

/**
 * The manifest vouches for the graph's file alone: weights in another one could change with nobody
 * noticing.
 */
async function graphProblem(graph: string): Promise<Words | undefined> {
  try {
    return hasExternalData(await readFile(graph))
      ? phrase`weights of ${graph} lie in other files, which the manifest does not name; save it as one file`
      : undefined;
  } catch {
    return phrase`${graph} is not an ONNX model`;
  }
}
