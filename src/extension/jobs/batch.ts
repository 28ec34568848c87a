import type { UpscaleProgress, UpscaleResult } from '../../shared/engineProtocol';
import { RpcError } from '../../shared/rpc';

export type BatchFailure = {
  /** Of the picture among those that were asked for. */
  readonly index: number;
  readonly input: string;
  readonly error: RpcError;
};

export type BatchReport = {
  /** Pictures that were asked for. */
  readonly total: number;
  /**
   * In the order of the pictures; results with `skipped` wrote nothing because the output existed.
   */
  readonly results: readonly (UpscaleResult & { readonly index: number })[];
  readonly failures: readonly BatchFailure[];
  readonly cancelled: boolean;
};

export type BatchStep = {
  readonly index: number;
  readonly input: string;
  readonly progress: UpscaleProgress | undefined;
};

export type BatchPorts = {
  readonly upscale: (
    index: number,
    onProgress: (progress: UpscaleProgress) => void,
  ) => Promise<UpscaleResult>;
  readonly onStep: (step: BatchStep) => void;
  readonly signal: AbortSignal;
};

/** Upscales one picture after another. A failure does not stop the rest; a cancel does. */
export async function runBatch(
  inputs: readonly string[],
  { upscale, onStep, signal }: BatchPorts,
): Promise<BatchReport> {
  const results: (UpscaleResult & { readonly index: number })[] = [];
  const failures: BatchFailure[] = [];
  const report = (cancelled: boolean): BatchReport => ({
    total: inputs.length,
    results,
    failures,
    cancelled,
  });
  for (const [index, input] of inputs.entries()) {
    if (signal.aborted) return report(true);
    onStep({ index, input, progress: undefined });
    try {
      const result = await upscale(index, (progress) => onStep({ index, input, progress }));
      results.push({ ...result, index });
    } catch (caught) {
      const error = RpcError.from(caught);
      // Also without the signal: the engine was shut down with the window.
      if (error.code === 'cancelled') return report(true);
      failures.push({ index, input, error });
    }
  }
  return report(false);
}
