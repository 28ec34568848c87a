import type { PixelArtChoice } from './assetOptions';
import type { LosslessChoice } from './outputOptions';
import type { Rect, Size } from './geometry';
import type { Branch, Guidance } from './guidance';
import type { PanelCommand } from './panelCommands';
import type { PanelDrop } from './panelDrop';
import type { DegradationEstimate, PreviewFigures } from './previewProtocol';
import type { OutputFormat, OutputFormatChoice } from './settings';

/**
 * What the comparison panel's webview and the extension say to each other, over `RpcEndpoint`.
 * Every file name and sentence arrives ready to be shown; the webview never sees a path that it
 * could ask for: it names only what a person dropped onto it.
 */

/**
 * The factor that a model's result has: one that restores leaves the size as it is, whatever is
 * asked for.
 */
export const scaleWith = (model: Pick<PanelModel, 'scale'> | undefined, asked: number): number =>
  model?.scale === 1 ? 1 : asked;

/** A picture that the webview loads by its address. */
export type PanelPicture = {
  readonly fileName: string;
  /** Address inside the webview; undefined when it can't be shown, `problem` says why. */
  readonly address: string | undefined;
  readonly problem: string;
  /** In pixels, upright; undefined while unknown. */
  readonly size: Size | undefined;
};

export type PanelModel = {
  readonly id: string;
  readonly name: string;
  readonly scale: number;
  readonly branches: readonly Branch[];
  /** Whether any part of a result can be computed by itself. */
  readonly byTiles: boolean;
  /** Ids of models that can add the texture to it, as one model with both dials. */
  readonly partners: readonly string[];
  /** Of models that take words: whether what reads them is installed. */
  readonly prompts?: 'missing' | 'ready' | undefined;
};

/** What a drop added: the models that can be used now, and the one that came last. */
export type PanelAdded = { readonly models: readonly PanelModel[]; readonly model: string };

/** What the person can choose about the file that is written. */
export type PanelOutput = {
  readonly scale: number;
  readonly format: OutputFormatChoice;
  /** 1–100, for the lossy formats. */
  readonly quality: number;
  /** For WebP and AVIF. */
  readonly lossless: LosslessChoice;
  readonly pixelArt: PixelArtChoice;
  /** Id of a model that restores at the same size and runs first. */
  readonly restore?: string | undefined;
  /** What the picture shows, for models that take words; empty for none. */
  readonly prompt: string;
};

/** What the two pictures are called. */
export type PanelSideNames = { readonly original: string; readonly upscaled: string };

/** Everything that a panel starts with. */
export type PanelInit = {
  /** `preview`: a picture and what models make of it. `pair`: two finished pictures, no dials. */
  readonly kind: 'preview' | 'pair';
  /**
   * A word without a meaning for the webview, which keeps it in its stored state as `session`: by
   * it the extension finds the pictures again when the editor restarts.
   */
  readonly session?: string | undefined;
  /** Its format, by its bytes, where it is one that can be written. */
  readonly original: PanelPicture & { readonly format?: OutputFormat };
  /** Of a pair; of a preview what was made with these settings, shown until they are computed. */
  readonly result: PanelPicture | undefined;
  /**
   * How a pair's result was made, "×4 · PiSA Compact · λ_pix 1.00"; empty when that is not known.
   */
  readonly facts: string;
  /** Of a pair that is one of several: its place among them, from 0, and how many there are. */
  readonly series?: { readonly at: number; readonly count: number } | undefined;
  /** Of pictures that are no original and its result. */
  readonly names?: PanelSideNames | undefined;
  /** Models that can be used now; empty for a pair. */
  readonly models: readonly PanelModel[];
  /** From the settings. */
  readonly model: string;
  readonly guidance: Guidance;
  /** Whether the guidance is to be the one that Auto chooses, once it is known. */
  readonly auto?: boolean | undefined;
  readonly output: PanelOutput;
  /** The model that the settings name and that is not installed; another is shown instead. */
  readonly missingModel?: string | undefined;
  /** Whether a save goes on, or has ended, of which the page has not heard: see `saving`. */
  readonly saving?: boolean | undefined;
  /** Whether the tab says that there is a choice that was not saved. */
  readonly unsaved?: boolean | undefined;
  /** Why saving leaves this picture alone unless it is asked for expressly; empty for most. */
  readonly leftAlone: string;
};

/** Settings of a picture: what is previewed, saved, copied or used for others. */
export type PanelChoice = PanelOutput & {
  readonly model: string;
  readonly guidance: Guidance;
};

/** How the processor is called where devices are named. */
export const PROCESSOR_LABEL = 'CPU';

/** A finished part of a preview: see `PreviewTile`. */
export type PanelTile = { readonly rect: Rect; readonly address: string };

export type PanelProgress = {
  readonly done: number;
  readonly total: number;
  /** Label such as "CPU"; empty while unknown. */
  readonly device: string;
  /** Estimated seconds until the end. */
  readonly secondsLeft: number | undefined;
  readonly tile: PanelTile | undefined;
  /** A first look at a part, whose place tiles take later. */
  readonly look?: PanelTile | undefined;
  /** The part of the result that is worked on now, where that is known. */
  readonly next?: Rect | undefined;
  /** The result, once its size is known. */
  readonly picture: PanelResult | undefined;
};

/** The result that a preview makes. */
export type PanelResult = {
  readonly size: Size;
  readonly sourceSize: Size;
  /** Empty for squares. */
  readonly branches: readonly Branch[];
  /** Whether tiles carry alpha. */
  readonly hasAlpha: boolean;
  /** See `PreviewPicture`. */
  readonly way: 'model' | 'squares';
  /** Whether the blend of the layers equals the export. */
  readonly exact: boolean;
  /** Whether a tiny decoder made the layers, and can make a part at any guidance. */
  readonly draft: boolean;
};

export type PanelPreview = {
  readonly device: string;
  readonly seconds: number;
  readonly figures: PreviewFigures;
  /** The share (0–1) of the result that the figures are of. */
  readonly covered: number;
  readonly estimate: DegradationEstimate;
  /** What Auto chooses for this picture. */
  readonly auto: Guidance;
  readonly notes: readonly string[];
};

/**
 * What is computed, and where: `onProcessor` leaves the setting's device alone and takes the
 * processor.
 */
export type PanelRun = {
  readonly model: string;
  readonly onProcessor: boolean;
  readonly scale: number;
  readonly pixelArt: PixelArtChoice;
  /** See `PanelOutput`. */
  readonly restore?: string | undefined;
  readonly prompt: string;
};

/** The part of a result that is computed: all of it without `region`, but for what is there. */
export type PanelPart = {
  readonly first: Rect | undefined;
  readonly region: Rect | undefined;
  readonly have: readonly Rect[];
};

/** A part of the result at a guidance; `draft`: by the tiny decoder, of results that have one. */
export type PanelExactPart = {
  readonly guidance: Guidance;
  readonly rect: Rect;
  readonly draft: boolean;
};

/** More tiles than this no panel holds. */
export const MOST_TILES = 4096;
/** Results up to this are computed as a whole: a webview must hold all layers. */
const MOST_WHOLE_MEGAPIXELS = 48;
/** The network's time counts the source's pixels. */
const MOST_WHOLE_SOURCE_MEGAPIXELS = 4;

/** Whether a comparison computes all of a result, or only what is seen of it. */
export const isComputedWhole = (source: Size, result: Size): boolean =>
  source.width * source.height <= MOST_WHOLE_SOURCE_MEGAPIXELS * 1e6 && fitsWhole(result);

/** Whether a webview can hold all of a result. */
export const fitsWhole = ({ width, height }: Size): boolean =>
  width * height <= MOST_WHOLE_MEGAPIXELS * 1e6;

export const SAVE_WAYS = ['save', 'saveAs', 'overwrite'] as const;
export type SaveHow = (typeof SAVE_WAYS)[number];
/** `again`: also a picture that is left alone otherwise. */
export type PanelSave = PanelRun & PanelChoice & { readonly how: SaveHow; readonly again: boolean };
export const SAVED_ACTIONS = ['open', 'reveal'] as const;
export type SavedAction = (typeof SAVED_ACTIONS)[number];
/** What became of a wish to save; `fileName` is empty when the person changed their mind. */
export type PanelSaved = { readonly fileName: string };

/** What the extension offers to the webview. */
export type PanelHostApi = {
  /** Asked by the webview when it has started, also when it starts again. */
  init(params: undefined): Promise<PanelInit>;
  /** Computes the layers; progress is `PanelProgress`. A new call ends the one before. */
  preview(params: PanelRun & PanelPart): Promise<PanelPreview>;
  /**
   * The exact picture of a part of the result, or a draft of it: interleaved RGB rows, 8 bits. For
   * models whose blend is approximate.
   */
  exact(params: PanelRun & PanelExactPart): Promise<PanelTile>;
  /** The file's name that `save` would write, and the result's size. */
  outputName(params: PanelChoice): Promise<{ readonly fileName: string; readonly size: Size }>;
  /** About how large that file would be, once the preview is there; null where nobody can say. */
  outputBytes(params: PanelChoice): Promise<number | null>;
  /** Renders exactly and writes; progress is `PanelProgress` without tiles. */
  save(params: PanelSave): Promise<PanelSaved>;
  /** Follows the save that a page before this one began, as if this one had. */
  saving(params: undefined): Promise<PanelSaved>;
  copySettings(params: PanelChoice): Promise<void>;
  useForWorkspace(params: PanelChoice): Promise<void>;
  /** Lets the person choose other pictures, and upscales them. */
  applyToOthers(params: PanelChoice): Promise<void>;
  /**
   * Compares dropped pictures and adds dropped models, after asking. Resolves with what can be used
   * now where models were added and the panel has a choice of them.
   */
  dropped(params: PanelDrop): Promise<PanelAdded | null>;
  /** Shows the next pair of the series, by `restart`; with −1 the one before. */
  step(params: 1 | -1): Promise<void>;
  /** Opens the file that was saved last, or shows where it lies. */
  showSaved(params: SavedAction): Promise<void>;
  /** Whether there is a choice that was not saved. */
  unsaved(params: boolean): Promise<void>;
  /** Gets the model that is missing. Resolves as `dropped` does. */
  installMissing(params: undefined): Promise<PanelAdded | null>;
  /** Gets what reads words for a model of the list. Resolves as `dropped` does. */
  installPrompts(params: { readonly model: string }): Promise<PanelAdded | null>;
  showLog(params: undefined): Promise<void>;
};

export const SOURCE_CHANGES = ['changed', 'deleted'] as const;
export type SourceChange = (typeof SOURCE_CHANGES)[number];

/** What the webview offers to the extension. */
export type PanelWebviewApi = {
  /**
   * The file on disk changed, so the person is asked whether to look at it anew; or it is gone, and
   * can't be saved from.
   */
  sourceChanged(params: SourceChange): Promise<void>;
  /** Does what a key of the page does. */
  command(params: PanelCommand): Promise<void>;
  /** The panel shows other pictures from now on. */
  restart(params: PanelInit): Promise<void>;
};
