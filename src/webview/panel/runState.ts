import type { Size } from '../../shared/geometry';
import type {
  PanelExactPart,
  PanelInit,
  PanelPreview,
  PanelProgress,
  PanelResult,
  SaveHow,
  SourceChange,
} from '../../shared/panelProtocol';
import { RpcError } from '../../shared/rpc';

/** What stands in the card over the picture, and what can be done about it. */
export type Notice = {
  readonly kind: 'init' | 'unopenable' | 'preview' | 'cancelled' | 'save' | 'action';
  /** What happened, and what to do; either may be empty. */
  readonly message: string;
  readonly hint: string;
  readonly canTryProcessor: boolean;
  /** It can be upscaled nevertheless, unseen. */
  readonly canSaveUnseen: boolean;
  /** What to try again. */
  readonly how: SaveHow | undefined;
};

/** What is going on. Unlike `PanelState` it ends with the page. */
export type RunState = {
  readonly phase: 'starting' | 'loading' | 'ready' | 'stopped' | 'pair';
  readonly init: PanelInit | undefined;
  /** Sizes as the renderer found them. */
  readonly originalSize: Size | undefined;
  readonly pairSize: Size | undefined;
  /** Whether a result that was made before is shown in the place of the layers. */
  readonly standIn: boolean;
  /** Why pictures can't be seen. */
  readonly problem: string;
  readonly onProcessor: boolean;
  readonly progress: PanelProgress | undefined;
  readonly result: PanelResult | undefined;
  readonly preview: PanelPreview | undefined;
  /** Whether a first look at a part is shown while the whole is computed. */
  readonly looked: boolean;
  /** Whether more of a large picture is being computed while what is there can be used. */
  readonly filling: boolean;
  /** Whether what is seen of a large picture is computed. */
  readonly seenComputed: boolean;
  /** Progress of saving; `done` of 0 before it is known. */
  readonly saving: Pick<PanelProgress, 'done' | 'total' | 'device' | 'secondsLeft'> | undefined;
  /** What was just done, in words; empty after a while. */
  readonly confirmed: string;
  /** Whether that is a file, which can be opened. */
  readonly confirmedFile: boolean;
  readonly outputName: { readonly fileName: string; readonly size: Size } | undefined;
  /** About how large that file would be. */
  readonly outputBytes: number | undefined;
  readonly notice: Notice | undefined;
  /**
   * What became of the file on disk since it was read. `kept`: it changed, and the person goes on
   * with what was read.
   */
  readonly source: 'seen' | 'kept' | SourceChange;
  readonly scaleValid: boolean;
  /** Whether the person wants a picture upscaled that is left alone otherwise. */
  readonly again: boolean;
  /** Whether the renderer holds A's layers. */
  readonly pinnedLoaded: boolean;
  /** The part that is shown exactly, or as a draft, and for which guidance. */
  readonly exact: PanelExactPart | undefined;
  /** Whether that part covers what is seen. */
  readonly exactSeen: boolean;
  readonly refining: boolean;
  /** The comparison is shown as long as this is true. */
  readonly held: boolean;
};

/** A save of which nothing is known yet. */
export const SAVE_BEGUN: NonNullable<RunState['saving']> = {
  done: 0,
  total: 0,
  device: '',
  secondsLeft: undefined,
};

export const NOTHING_YET: RunState = {
  phase: 'starting',
  init: undefined,
  originalSize: undefined,
  pairSize: undefined,
  standIn: false,
  problem: '',
  onProcessor: false,
  progress: undefined,
  result: undefined,
  preview: undefined,
  looked: false,
  filling: false,
  seenComputed: true,
  saving: undefined,
  confirmed: '',
  confirmedFile: false,
  outputName: undefined,
  outputBytes: undefined,
  notice: undefined,
  source: 'seen',
  scaleValid: true,
  again: false,
  pinnedLoaded: false,
  exact: undefined,
  exactSeen: false,
  refining: false,
  held: false,
};

/** Errors that the processor may be spared. */
const DEVICE_ERRORS = new Set([
  'inference-failed',
  'device-unavailable',
  'engine-died',
  'engine-keeps-crashing',
]);

export const isCancelled = (error: unknown): boolean => RpcError.from(error).code === 'cancelled';

/** Errors that say that the picture itself is at fault: nothing else will be shown of it. */
const PICTURE_ERRORS = new Set([
  'input-missing',
  'input-unreadable',
  'input-empty',
  'input-lfs-pointer',
  'input-not-an-image',
  'input-damaged',
  'input-too-large',
  'input-not-on-disk',
]);

/** The card for an error. `onProcessor`: whether the processor is what failed. */
export function noticeOf(
  kind: Notice['kind'],
  error: unknown,
  onProcessor: boolean,
  how?: SaveHow,
): Notice {
  const { code, message, hint = '' } = RpcError.from(error);
  const canTryProcessor =
    (kind === 'preview' || kind === 'save') && !onProcessor && DEVICE_ERRORS.has(code);
  const isPicture = (kind === 'init' || kind === 'preview') && PICTURE_ERRORS.has(code);
  const canSaveUnseen = kind === 'preview' && code === 'preview-too-large';
  return {
    kind: isPicture ? 'unopenable' : kind,
    message,
    hint,
    canTryProcessor,
    canSaveUnseen,
    how,
  };
}
