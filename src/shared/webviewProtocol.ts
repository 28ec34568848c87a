/** What the comparison's webview and the extension say to each other, over `RpcEndpoint`. All text arrives translated. */

/** One side of the comparison. */
export type ComparePane = {
  /** "Original" or "Upscaled". */
  readonly label: string;
  /** How it was made: "×4 · model · λ_pix 1.00"; empty when that is not known. */
  readonly facts: string;
  /** For screen readers. */
  readonly alternative: string;
  /** Address of the picture inside the webview; undefined when it cannot be shown, `problem` says why. */
  readonly source: string | undefined;
  /** Shown instead of the picture when it has no source or does not load. */
  readonly problem: string;
  /** Size in pixels, if it is known before the picture is loaded. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
};

export type ComparePictures = { readonly original: ComparePane; readonly result: ComparePane };

/** What the extension offers to the webview. */
export type CompareHostApi = {
  /** Asked by the webview when it has started, also when it starts again after being hidden. */
  pictures(params: undefined): Promise<ComparePictures>;
};

/** What the webview offers to the extension. */
export type CompareWebviewApi = {
  show(params: ComparePictures): Promise<void>;
};

export function isComparePictures(value: unknown): value is ComparePictures {
  return isRecord(value) && isPane(value.original) && isPane(value.result);
}

function isPane(value: unknown): value is ComparePane {
  if (!isRecord(value)) return false;
  const { label, facts, alternative, source, problem, size } = value;
  return (
    [label, facts, alternative, problem].every((text) => typeof text === 'string') &&
    (source === undefined || typeof source === 'string') &&
    (size === undefined || (isRecord(size) && isPositive(size.width) && isPositive(size.height)))
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isPositive = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value > 0;
