import type { UpscaleCall } from '../client/engineClient';
import type { Size } from '../shared/geometry';
import type { RpcError } from '../shared/rpc';
import type { Device, OutputFormat } from '../shared/settings';

/** Everything of a call that decides how the result looks. */
export type ItemSettings = Omit<
  UpscaleCall,
  | 'input'
  | 'target'
  | 'overwrite'
  | 'device'
  | 'maxInputMegapixels'
  | 'maxOutputMegapixels'
  | 'maxFrames'
  | 'tile'
  | 'region'
>;

/** Why a file is not processed, or not without asking. */
export const REASONS = [
  'up-to-date',
  'previous-output',
  'density',
  'too-small',
  'no-rule',
  'unlisted',
  'other-kind',
  'not-readable',
  'outside',
  'collision',
  'exists',
  'hand-edited',
  'read-only',
  'impossible',
] as const;
export type Reason = (typeof REASONS)[number];
/** Reasons that need no word: they hold for most files of a folder. */
const USUAL_REASONS: readonly Reason[] = ['up-to-date', 'previous-output', 'density', 'no-rule'];

export type PlanItem = {
  /** Unique in a plan: the output's path; where nothing is made, that or the input's behind a "?". */
  readonly id: string;
  /** Relative to the root, with "/" between folders. */
  readonly input: string;
  /** Relative to the output root, with "/"; empty for what is never processed. */
  readonly output: string;
  /** Where the result would lie that can't be made now, as where a folder is in its place. */
  readonly refusedOutput?: string;
  /** What the lock knows of a source that is left alone: whether it still holds nobody can say. */
  readonly recorded?: readonly string[];
  readonly inputBytes: number;
  /** Upright, of one frame. */
  readonly size?: Size;
  readonly frames?: number;
  readonly outputSize?: Size;
  readonly format?: OutputFormat;
  readonly inputHash?: string;
  /** Of what lies at the output when the plan is made. */
  readonly existingHash?: string;
  /** Of everything that decides how the result looks. */
  readonly settingsHash?: string;
  readonly settings?: ItemSettings;
  /** `todo` can be processed, `done` need not be, `skip` can't or mustn't be. */
  readonly status: 'todo' | 'done' | 'skip';
  /** Ticked from the start. What would overwrite something that no batch made is not. */
  readonly selected: boolean;
  readonly reason?: Reason;
  readonly message?: string;
  /** What can be done about it. */
  readonly hint?: string;
  /** Of the error, where it is one. */
  readonly code?: string;
  /** A person named the file itself, so there is always a word of it. */
  readonly named?: true;
};

/** Whether an item that is left alone needs no word. */
export const isUsual = ({ reason, named }: PlanItem): boolean =>
  reason !== undefined &&
  USUAL_REASONS.includes(reason) &&
  (named !== true || reason === 'up-to-date');

export type Plan = {
  /** Absolute. */
  readonly root: string;
  /** Absolute: where outputs are relative to. */
  readonly outputRoot: string;
  /** The same with every link followed, when the plan was made: outputs lie in it, or nowhere. */
  readonly allowed: string;
  /** In the order of the inputs' paths. */
  readonly items: readonly PlanItem[];
  /** Things that hold no picture at all. */
  readonly otherFiles: number;
  /** Outputs of the lock whose input is gone. */
  readonly orphans: readonly string[];
  /** Outputs of the lock that the recipe makes no more: no rule does, or their source is a result. */
  readonly leftovers?: readonly string[];
  /** Outputs of the lock whose sources were left out on purpose, by whoever asked for the plan. */
  readonly unasked?: readonly string[];
  /** Absolute path of the recipe it follows. */
  readonly recipe?: string;
  /** Globs that were named, and that no picture matches. */
  readonly unmatched: readonly string[];
  /** Globs of the recipe, where no picture matches any of them. */
  readonly unmatchedRules?: readonly string[];
  /** Problems that concern no single file. */
  readonly notes: readonly string[];
};

/** What is known of an output that was made. */
export type OutputRecord = {
  readonly input: string;
  readonly inputHash: string;
  readonly settings: string;
  readonly outputHash: string;
  readonly width: number;
  readonly height: number;
  /** Of the source, upright and of one frame; missing in records of before it was kept. */
  readonly sourceWidth?: number;
  readonly sourceHeight?: number;
  /** Made by a model that only a server has; missing for all others. */
  readonly unverified?: boolean;
  /** `int8` where the model was computed in 8 bits; missing for floats. */
  readonly precision?: 'int8';
};

/** Outputs by their paths. */
export type Records = { readonly [output: string]: OutputRecord };

export type Outcome = {
  readonly id: string;
  readonly input: string;
  readonly output: string;
  readonly state: 'done' | 'failed' | 'skipped' | 'cancelled';
  readonly message?: string;
  readonly hint?: string;
  /** Of the error. */
  readonly code?: string;
  readonly notes: readonly string[];
  readonly seconds: number;
  readonly inferenceSeconds: number;
  readonly bytes: number;
  readonly size?: Size;
  /** Where it was computed; missing unless it is done. */
  readonly device?: Device;
  readonly server?: string;
  readonly unverified?: boolean;
};

export type Report = {
  readonly outcomes: readonly Outcome[];
  readonly seconds: number;
  readonly cancelled: boolean;
  /** Why what was made could not be recorded. It is there all the same. */
  readonly problem?: RpcError;
};
