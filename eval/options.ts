import path from 'node:path';
import { parseArgs } from 'node:util';
import { METHOD_NAMES } from './methods';
import { CACHE } from './paths';

/** What the command line chose. */
export type Options = {
  /** Folder of the held-out pictures. */
  readonly heldout: string;
  /** Folder of the results. */
  readonly out: string;
  /** Names of what is compared. */
  readonly models: readonly string[];
  /** Folders with models that win over the project's. */
  readonly modelFolders: readonly string[];
  /** Pictures of each category that are used. */
  readonly perCategory: number;
  /** Pictures of each category that the dials are measured on. */
  readonly dialPictures: number;
  /** Names of the pictures that are drawn; empty for the first of each category. */
  readonly shown: readonly string[];
  /** Folder of benchmarks that are measured instead of the held-out pictures. */
  readonly benchmarks: string | undefined;
  /** Of a benchmark's pairs every so many-th is measured. */
  readonly every: number;
  /** `results.json` of an earlier evaluation, whose figures are taken over. */
  readonly known: string | undefined;
};

/**
 * Pictures of each category that the dials are measured on unless a choice is made: a point of the
 * grid costs as much as a method.
 */
const DIAL_PICTURES = 1;

export const HELP = `npm run eval -- [options]

  --heldout DIR     the held-out pictures (default: eval/.cache/data/heldout)
  --out DIR         where results go, and what is there already is taken up (default: eval/.cache/results)
  --models a,b      of ${METHOD_NAMES.join(', ')}
                    (default: all), or models in a folder named by --models-dir
  --known FILE      results.json of an earlier evaluation: what it measured of networks that are still
                    the same is taken over
  --models-dir DIR  one more folder with models, which win over the project's; may be repeated
  --dials N         measure the dials on N pictures of each category, or on "all" (default: ${DIAL_PICTURES})
  --show a,b        draw these held-out pictures (default: the first of each category)
  --quick           one picture of each category
  --benchmarks DIR  measure set5/, set14/ and realsr/{lr,hr}/ below DIR instead of the held-out pictures
  --every N         of realsr only every Nth pair (default: 1)`;

/** Reads the command line; undefined when help is asked for. Throws on what it does not know. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      heldout: { type: 'string', default: path.join(CACHE, 'data', 'heldout') },
      out: { type: 'string', default: path.join(CACHE, 'results') },
      models: { type: 'string', default: METHOD_NAMES.join(',') },
      'models-dir': { type: 'string', multiple: true, default: [] },
      dials: { type: 'string', default: String(DIAL_PICTURES) },
      show: { type: 'string', default: '' },
      benchmarks: { type: 'string' },
      every: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      known: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    heldout: path.resolve(values.heldout),
    out: path.resolve(values.out),
    models: values.models.split(',').map((name) => name.trim()),
    modelFolders: values['models-dir'].map((folder) => path.resolve(folder)),
    perCategory: values.quick ? 1 : Infinity,
    dialPictures: readCount(values.dials),
    benchmarks: values.benchmarks === undefined ? undefined : path.resolve(values.benchmarks),
    every: readEvery(values.every),
    known: values.known === undefined ? undefined : path.resolve(values.known),
    shown: values.show
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  };
}

function readCount(text: string): number {
  if (text === 'all') return Infinity;
  if (!/^\d+$/.test(text)) throw new Error(`--dials takes a number or "all", not "${text}".`);
  return Number(text);
}

function readEvery(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--every takes a number from 1, not "${text}".`);
  return Number(text);
}
