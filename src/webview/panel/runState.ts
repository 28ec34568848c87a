import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type {
  PanelInit,
  PanelPreview,
  PanelProgress,
  PanelResult,
  SaveHow,
} from '../../shared/panelProtocol';
import { RpcError } from '../../shared/rpc';

/** What stands in the card over the picture, and what can be done about it. */
export type Notice = {
  readonly kind: 'init' | 'preview' | 'cancelled' | 'save' | 'action';
  /** What happened, and what to do; either may be empty. */
  readonly message: string;
  readonly hint: string;
  readonly canTryProcessor: boolean;
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
  /** Why pictures can't be seen. */
  readonly problem: string;
  readonly onProcessor: boolean;
  readonly progress: PanelProgress | undefined;
  readonly result: PanelResult | undefined;
  readonly preview: PanelPreview | undefined;
  /** Progress of saving; `done` of 0 before it is known. */
  readonly saving: Pick<PanelProgress, 'done' | 'total' | 'device' | 'secondsLeft'> | undefined;
  /** What was just done, in words; empty after a while. */
  readonly confirmed: string;
  readonly outputName: { readonly fileName: string; readonly size: Size } | undefined;
  readonly notice: Notice | undefined;
  readonly sourceChanged: boolean;
  /** Whether the renderer holds A's layers. */
  readonly pinnedLoaded: boolean;
  /** The part that is shown exactly, and for which guidance. */
  readonly exact: { readonly rect: Rect; readonly guidance: Guidance } | undefined;
  /** Whether that part covers what is seen. */
  readonly exactSeen: boolean;
  readonly refining: boolean;
  /** The comparison is shown as long as this is true. */
  readonly held: boolean;
};

export const NOTHING_YET: RunState = {
  phase: 'starting',
  init: undefined,
  originalSize: undefined,
  pairSize: undefined,
  problem: '',
  onProcessor: false,
  progress: undefined,
  result: undefined,
  preview: undefined,
  saving: undefined,
  confirmed: '',
  outputName: undefined,
  notice: undefined,
  sourceChanged: false,
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
  return { kind, message, hint, canTryProcessor, how };
}
