import type * as Ort from 'onnxruntime-node';
import { engineError, messageOf } from '../errors';
import { phrase } from '../../shared/phrase';

export type { Ort };

let loading: Promise<typeof Ort> | undefined;

/**
 * ONNX Runtime reports to its maker (a device's identity, events, by HTTPS) unless this is in the
 * environment before its library is loaded; it then opens no socket and leaves no file.
 */
const NO_TELEMETRY = { name: 'ORT_DISABLE_TELEMETRY', value: '1' } as const;
/** NVIDIA's libraries would compute float32 with 10 bits of mantissa where they can. */
const NO_TF32 = { name: 'NVIDIA_TF32_OVERRIDE', value: '0' } as const;

/**
 * Loads ONNX Runtime's native module on first use: a missing or incompatible binary then fails with
 * advice, not at start. The only place that does, in every process, so that the library never finds
 * its telemetry switched on.
 */
export function loadOnnxRuntime(): Promise<typeof Ort> {
  process.env[NO_TELEMETRY.name] = NO_TELEMETRY.value;
  process.env[NO_TF32.name] = NO_TF32.value;
  loading ??= import('onnxruntime-node').catch((error: unknown) => {
    loading = undefined;
    throw engineError('runtime-missing', {
      message: phrase`ONNX Runtime could not be loaded on ${process.platform}-${process.arch}.`,
      hint:
        process.platform === 'win32'
          ? phrase`Install the Microsoft Visual C++ Redistributable, then try again.`
          : phrase`Use a platform that ONNX Runtime supports (Linux or Windows on x64 or arm64 with glibc 2.28, macOS on arm64).`,
      detail: messageOf(error),
    });
  });
  return loading;
}
