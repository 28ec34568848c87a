import type { Guidance } from '../../shared/guidance';
import type { PanelOutput, SavedAction, SaveHow } from '../../shared/panelProtocol';
import type { RenderMode } from '../render/state';
import type { PanelState } from './panelState';

/** A switch of the display group. */
export type Toggle = keyof Pick<PanelState, 'checkerboard' | 'originalPixels' | 'loupe'>;

/** Everything a control can ask for. */
export type PanelActions = {
  setMode(mode: RenderMode): void;
  setDivider(divider: number): void;
  /** Shows the comparison as long as it is held. */
  hold(held: boolean): void;
  toggle(name: Toggle): void;
  /** Whether the pad is unfolded. */
  openPad(open: boolean): void;

  setGuidance(guidance: Guidance): void;
  useAuto(): void;
  /** What follows until `endGesture` is undone in one step. */
  beginGesture(): void;
  endGesture(): void;
  undo(): void;
  redo(): void;

  setModel(id: string): void;
  /** Gets what reads words for the present model. */
  installPrompts(): void;
  /** Takes the embedded model, alone, in the place of one that takes long. */
  useEmbedded(): void;
  setOutput(patch: Partial<PanelOutput>): void;
  /** Whether what stands in the field for the scale can be asked for. */
  setScaleValid(valid: boolean): void;

  pin(): void;
  unpin(): void;
  swap(): void;
  compareWith(what: 'original' | 'A'): void;

  save(how: SaveHow): void;
  /** Saves what could not be previewed. */
  saveUnseen(): void;
  /** Saves from now on what is left alone otherwise. */
  upscaleAnyway(): void;
  /** Ends what is running. */
  cancel(): void;
  /** Shows the next pair of a series, or with −1 the one before. */
  step(by: 1 | -1): void;
  copySettings(): void;
  useForWorkspace(): void;
  applyToOthers(): void;
  /** Opens what was saved last, or shows where it lies. */
  showSaved(action: SavedAction): void;
  /** Gets the model that the settings name. */
  installMissing(): void;

  tryAgain(): void;
  tryProcessor(): void;
  showLog(): void;
  dismiss(): void;
  refresh(): void;
  keep(): void;
};

/** Brings one control up to date. */
export type Render<V> = (view: V) => void;
