import type { Size } from './geometry';

/** What becomes of a row while a batch runs, and what became of it. */
export type BatchRowState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'cancelled';

/** One file of a plan, as the view shows it. */
export type BatchRow = {
  readonly id: string;
  /** Relative, with "/". */
  readonly input: string;
  readonly output: string;
  readonly bytes: number;
  readonly size?: Size;
  readonly outputSize?: Size;
  readonly frames: number;
  readonly status: 'todo' | 'done' | 'skip';
  /** Ticked from the start. */
  readonly selected: boolean;
  readonly reason?: string;
  readonly message?: string;
  /** Address of the picture for an `img`. */
  readonly picture: string;
};

/** A run of another window or command line that is in the way of this batch. */
export type OtherRunView = {
  /** Who is at what. */
  readonly text: string;
  readonly done: number;
  /** Undefined until it is known. */
  readonly total?: number;
};

export type BatchPlanView = {
  /** The folder's name. */
  readonly folder: string;
  readonly rows: readonly BatchRow[];
  readonly otherFiles: number;
  /** Whether a recipe decides. */
  readonly hasRecipe: boolean;
  /** The settings that decide, in a line; missing where a recipe does. */
  readonly settings?: string;
  /** A recipe lies there and is not read, since the workspace is not trusted. */
  readonly hasUnreadRecipe?: boolean;
  /** Recipes in the chosen folders, which are not used: one counts in the root alone. */
  readonly unusedRecipes?: readonly string[];
  readonly orphans: number;
  /** What concerns no single file. */
  readonly notes?: readonly string[];
  /** Seconds for one source pixel, when that could be measured. */
  readonly secondsPerPixel?: number;
  readonly device?: string;
  /** Ids that an interrupted run still had to do. */
  readonly interrupted: readonly string[];
  /** Another run that must end before this batch can start. */
  readonly other?: OtherRunView;
};

export type BatchStanding = {
  readonly done: number;
  readonly total: number;
  readonly paused: boolean;
  readonly megapixelsPerSecond?: number;
  readonly secondsLeft?: number;
  readonly current: readonly {
    readonly id: string;
    readonly share: number;
    readonly tile: number;
    readonly tiles: number;
  }[];
  /** It is another run that is shown here, which can't be paused or cancelled. */
  readonly other?: {
    readonly text: string;
    /** Whether this batch starts when that has ended. */
    readonly thenStarts: boolean;
  };
};

export type BatchReportView = {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: boolean;
  readonly seconds: number;
  /** What went wrong with the run as a whole, and what to do. */
  readonly problem?: string;
};

/** Where the host is when a view opens or comes back. */
export type BatchInit = {
  readonly plan: BatchPlanView;
  readonly states: {
    readonly [id: string]: { readonly state: BatchRowState; readonly message?: string };
  };
  readonly standing?: BatchStanding;
  readonly report?: BatchReportView;
};

/** What the view asks of the host. Every parameter is checked there. */
export type BatchHostApi = {
  /** Makes the plan, or tells of the one that is there, of a run or of its report. */
  init(params: undefined): Promise<BatchInit>;
  /** Makes the plan anew. */
  replan(params: undefined): Promise<BatchInit>;
  start(params: { readonly ids: readonly string[] }): Promise<void>;
  pause(params: undefined): Promise<void>;
  resume(params: undefined): Promise<void>;
  cancel(params: undefined): Promise<void>;
  skip(params: { readonly id: string }): Promise<void>;
  /** Shows how far the other run is that is in the way. `cancel` goes back to the plan. */
  watch(params: undefined): Promise<void>;
  /** The same, and starts when that has ended. `cancel` ends the wait. */
  wait(params: { readonly ids: readonly string[] }): Promise<void>;
  /**
   * Opens source and result of a row in the comparison, which leads to those of the other ids, in
   * their order.
   */
  compare(params: { readonly id: string; readonly ids: readonly string[] }): Promise<void>;
  openSourceControl(params: undefined): Promise<void>;
  /** Shows the settings that decide how results look. */
  changeSettings(params: undefined): Promise<void>;
  openRecipe(params: undefined): Promise<void>;
  manageTrust(params: undefined): Promise<void>;
  showLog(params: undefined): Promise<void>;
};

export type BatchEventView =
  | {
      readonly kind: 'row';
      readonly id: string;
      readonly state: BatchRowState;
      readonly message?: string;
    }
  | { readonly kind: 'standing'; readonly standing: BatchStanding }
  | { readonly kind: 'other'; readonly other: OtherRunView }
  /** There is another plan; `init` tells it. */
  | { readonly kind: 'planned' }
  | { readonly kind: 'report'; readonly report: BatchReportView };

/** What the host tells the view. */
export type BatchWebviewApi = { event(event: BatchEventView): Promise<void> };
