import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HeldOut } from './heldout';
import { degrade, DEGRADE_VERSION, type SetName } from './degrade/degrade';
import type { Method } from './methods';
import { METRICS_VERSION, type Metrics } from './metrics/measure';
import { readPicture, writePng, type Picture } from './picture';

/** What of an evaluation's `results.json` a later one may take over. */
export type Earlier = {
  readonly pictures: readonly { readonly name: string; readonly sha256: string }[];
  readonly models: Readonly<Record<string, string>>;
  readonly measured: readonly (Metrics & {
    readonly set: SetName;
    readonly picture: string;
    readonly method: string;
  })[];
};

/** Raise one when that method without a network computes something else. */
const PLAIN_VERSIONS = { bicubic: 1, lanczos: 2 } as const;

type Index = {
  readonly pictures: Record<string, string>;
  readonly metrics: Record<string, Metrics>;
};

/**
 * Results that a later run takes up: pictures as PNG, each with a key of all that it depends on
 * (held-out picture, set, the model's SHA-256, guidance), and metrics by such keys.
 */
export class Store {
  private readonly index: Index;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.index = existsSync(this.indexFile)
      ? (JSON.parse(readFileSync(this.indexFile, 'utf8')) as Index)
      : { pictures: {}, metrics: {} };
  }

  /**
   * The small picture of a set; made the first time, then the same whatever version of libjpeg
   * there is.
   */
  async input(held: HeldOut, set: SetName): Promise<Picture> {
    const file = fileOf(held, set, INPUT);
    const key = hashOf([...inputParts(held, set), INPUT]);
    if (this.index.pictures[file] === key && existsSync(path.join(this.folder, file)))
      return readPicture(path.join(this.folder, file));
    const picture = await degrade(held.picture, set, held.name);
    await writePng(path.join(this.folder, file), picture);
    this.index.pictures[file] = key;
    return picture;
  }

  /** Whether the method's result is there, and was made of the same picture by the same model. */
  has(held: HeldOut, set: SetName, method: Method): boolean {
    const file = fileOf(held, set, method.id);
    return (
      this.index.pictures[file] === keyOf(held, set, method) &&
      existsSync(path.join(this.folder, file))
    );
  }

  read(held: HeldOut, set: SetName, method: Method): Promise<Picture> {
    return readPicture(path.join(this.folder, fileOf(held, set, method.id)));
  }

  async write(held: HeldOut, set: SetName, method: Method, picture: Picture): Promise<void> {
    const file = fileOf(held, set, method.id);
    await writePng(path.join(this.folder, file), picture);
    this.index.pictures[file] = keyOf(held, set, method);
  }

  /** What was measured of the method's result with this version of the metrics. */
  metrics(held: HeldOut, set: SetName, method: Method, version: string): Metrics | undefined {
    return this.index.metrics[`${keyOf(held, set, method)}/${version}`];
  }

  setMetrics(held: HeldOut, set: SetName, method: Method, version: string, metrics: Metrics): void {
    this.index.metrics[`${keyOf(held, set, method)}/${version}`] = metrics;
  }

  /**
   * Takes over what an earlier evaluation measured of networks that are still the same: the figures
   * of its `results.json`.
   */
  know(earlier: Earlier, pictures: readonly HeldOut[], methods: readonly Method[]): void {
    const sameModel = ({ run }: Method): boolean =>
      run.kind !== 'network' ||
      earlier.models[run.model.manifest.id] === run.model.manifest.graph.sha256;
    const same = new Set(earlier.pictures.map(({ name, sha256 }) => `${name} ${sha256}`));
    for (const method of methods.filter(sameModel)) {
      for (const held of pictures.filter(({ name, sha256 }) => same.has(`${name} ${sha256}`))) {
        for (const { set, picture, method: id, ...metrics } of earlier.measured) {
          if (
            id === method.id &&
            picture === held.name &&
            !this.metrics(held, set, method, METRICS_VERSION)
          )
            this.setMetrics(held, set, method, METRICS_VERSION, metrics);
        }
      }
    }
  }

  /** Writes the index; what was added since the last time is else lost. */
  save(): void {
    const part = `${this.indexFile}.part`;
    writeFileSync(part, JSON.stringify(this.index));
    renameSync(part, this.indexFile);
  }

  private get indexFile(): string {
    return path.join(this.folder, 'cache.json');
  }
}

/** Names the folder of the small pictures beside the methods'. */
const INPUT = 'input';

const fileOf = (held: HeldOut, set: SetName, method: string): string =>
  `pictures/${set}/${method}/${held.name}.png`;

const keyOf = (held: HeldOut, set: SetName, { run }: Method): string =>
  hashOf([...inputParts(held, set), ...keyOfRun(run)]);

/** What a method's result depends on besides the picture. */
export const keyOfRun = (run: Method['run']): readonly (string | number)[] =>
  run.kind === 'network'
    ? [
        run.model.manifest.graph.sha256,
        run.model.manifest.margin,
        run.guidance.pixel,
        run.guidance.semantic,
      ]
    : [run.kind, PLAIN_VERSIONS[run.kind]];

const inputParts = (held: HeldOut, set: SetName): readonly (string | number)[] => [
  held.name,
  held.sha256,
  set,
  DEGRADE_VERSION,
];

const hashOf = (parts: readonly (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
