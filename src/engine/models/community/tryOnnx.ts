import path from 'node:path';
import { allFinite } from '../../runtime/finite';
import { loadOnnxRuntime, type Ort } from '../../runtime/onnxRuntime';
import { sessionOptions } from '../../runtime/session';
import { wordsOf } from '../../../shared/rpc';
import { fromHalf, toHalf } from '../../graph/half';
import type { OnnxContract } from './fileManifest';
import { findSizes, firstLine, GREY, GREY_TOLERANCE, sizesFor } from './findSizes';
import type { OnnxShape } from './recogniseOnnx';
import { wrongFile } from './recognised';
import { phrase, WordedError } from '../../../shared/phrase';

/** Runs a model on small grey pictures and finds out what it does. Rejects with `wrongFile`. */
export async function tryOnnx(
  file: string,
  onnx: Uint8Array,
  shape: OnnxShape,
): Promise<OnnxContract & { readonly scale: number; readonly multipleOf: number }> {
  const ort = await loadOnnxRuntime();
  const session = await ort.InferenceSession.create(
    onnx,
    sessionOptions('cpu', { model_external_initializers_file_folder_path: path.dirname(file) }),
  ).catch((error: unknown) => {
    throw wrongFile(file, phrase`ONNX Runtime can't open it: ${firstLine(wordsOf(error))}`);
  });
  try {
    const run = (value: number, channels: number, width: number, height: number) =>
      runOnce(ort, session, shape, { value, channels, width, height });
    const trial = await findSizes(
      { ...(shape.side ? { only: shape.side } : {}), inputChannels: shape.inputChannels },
      async (channels, { width, height }) => (await run(GREY, channels, width, height)).dims,
    ).catch((error: unknown) => {
      throw wrongFile(file, wordsOf(error));
    });
    for (const range of [1, 255]) {
      const side = shape.side ?? sizesFor(trial.multipleOf)[0];
      const { data } = await run(GREY * range, trial.inputChannels, side.width, side.height);
      const mean = data.reduce((sum, one) => sum + one, 0) / data.length / range;
      if (allFinite(data) && Math.abs(mean - GREY) <= GREY_TOLERANCE)
        return { input: shape.input, output: shape.output, type: shape.type, ...trial, range };
    }
  } finally {
    await session.release();
  }
  throw wrongFile(
    file,
    phrase`it turns an even gray into something else, in [0, 1] as in [0, 255]; it is not an upscaler of pictures`,
  );
}

type Result = { readonly data: Float32Array; readonly dims: readonly number[] };

async function runOnce(
  ort: typeof Ort,
  session: Ort.InferenceSession,
  { input, output, type }: OnnxShape,
  picture: { value: number; channels: number; width: number; height: number },
): Promise<Result> {
  const { value, channels, width, height } = picture;
  const count = channels * width * height;
  const dims = [1, channels, height, width];
  const feed =
    type === 'float16'
      ? new ort.Tensor('float16', new Uint16Array(count).fill(toHalf(value)), dims)
      : new ort.Tensor('float32', new Float32Array(count).fill(value), dims);
  const result = (await session.run({ [input]: feed }))[output];
  if (!result || !('data' in result)) throw new WordedError(phrase`it yields nothing`);
  const { data } = result;
  if (data instanceof Float32Array) return { data, dims: result.dims };
  if (data instanceof Uint16Array)
    return { data: Float32Array.from(data, fromHalf), dims: result.dims };
  throw new WordedError(phrase`its result is not a picture of floats`);
}
