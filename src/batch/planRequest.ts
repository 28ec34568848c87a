import type { DensitySet } from '../shared/density';
import type { JudgedCall, Judgement, PictureFacts } from '../shared/engineProtocol';
import type { RpcError } from '../shared/rpc';
import type { HashMemory } from './hashMemory';
import type { Recipe } from './recipe';
import type { Shard } from './records';
import type { ScanOptions } from './scan';
import type { BatchSettings } from './targets';
import type { Records } from './types';

/** What a plan is asked for. */
export type PlanRequest = ScanOptions & {
  /** Absolute: where outputs are relative to; the root unless given. */
  readonly outputRoot?: string;
  /**
   * Settings of one input, which may differ between folders. Under a recipe they say only how large
   * an input may be: what it leaves open has the same default everywhere, so that the lock is the
   * same.
   */
  readonly settingsFor: (input: string) => BatchSettings;
  readonly recipe?: { readonly file: string; readonly value: Recipe };
  /**
   * Without a recipe: where the tree begins that `{folder}` keeps. The root unless given; else the
   * folder, or the fixed part of the glob, that was named.
   */
  readonly treeFrom?: 'root' | 'inputs';
  /** Smaller pictures are left alone: both sides in pixels. */
  readonly minimumSide: number;
  readonly records: Records;
  /** Also replaces outputs that were edited by hand, or that no batch made. */
  readonly force?: boolean;
  /** Leaves alone what has an output of whatever age. */
  readonly keepExisting?: boolean;
  /** Also files whose name says that they are enlarged already. */
  readonly again?: boolean;
  /** Without a recipe: a set of each picture. */
  readonly density?: DensitySet;
  readonly shard?: Shard;
  /** Of plans that are made again and again: a file that has not changed is not read again. */
  readonly hashes?: HashMemory;
};

/** A call of which only the device is missing, and its picture. */
export type Judged = Pick<JudgedCall, 'facts'> & {
  readonly call: Omit<JudgedCall['call'], 'device'>;
};

/** What a plan asks of others. */
export type PlanPorts = {
  /**
   * Looks into pictures; in the order of the paths, which are absolute. Not called when nothing
   * needs it.
   */
  readonly inspect: (
    inputs: readonly string[],
    maxInputMegapixels: number,
  ) => Promise<readonly PictureFacts[]>;
  /** What a run would say of calls before any work, in their order. Not called when nothing needs it. */
  readonly judge: (calls: readonly Judged[]) => Promise<readonly Judgement[]>;
  /** Of a model's files; with those that prompts and drafts need where these are made. */
  readonly modelHash: (
    model: string,
    use?: { readonly prompted?: boolean; readonly drafted?: boolean },
  ) => Promise<string>;
  /**
   * Why a model can't be computed in 8 bits here; undefined when it can. Asked where those are
   * pinned and something is to be made.
   */
  readonly precisionProblem?: (model: string) => Promise<RpcError | undefined>;
  /** Which of the models restore at the same size. */
  readonly sameSize: (models: readonly string[]) => Promise<ReadonlySet<string>>;
};
