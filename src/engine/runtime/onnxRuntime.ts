import type * as Ort from 'onnxruntime-node';
import { engineError, messageOf } from '../errors';

export type { Ort };

let loading: Promise<typeof Ort> | undefined;

/**
 * Loads ONNX Runtime's native module on first use: a missing or incompatible binary then fails with
 * advice, not at start.
 */
export function loadOnnxRuntime(): Promise<typeof Ort> {
  loading ??= import('onnxruntime-node').catch((error: unknown) => {
    loading = undefined;
    throw engineError('runtime-missing', {
      message: `ONNX Runtime could not be loaded on ${process.platform}-${process.arch}.`,
      hint:
        process.platform === 'win32'
          ? 'Install the Microsoft Visual C++ Redistributable, then try again.'
          : 'Use a platform that ONNX Runtime supports (Linux or Windows on x64 or arm64 ' +
            'with glibc 2.28, macOS on arm64) and reinstall the extension.',
      detail: messageOf(error),
    });
  });
  return loading;
}
