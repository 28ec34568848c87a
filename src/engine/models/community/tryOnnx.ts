import path from 'node:path';
import type { Size } from '../../../shared/geometry';
import { allFinite } from '../../runtime/finite';
import { loadOnnxRuntime, type Ort } from '../../runtime/onnxRuntime';
import { sessionOptions } from '../../runtime/session';
import { messageOf } from '../../errors';
import { fromHalf, toHalf } from '../../graph/half';
import type { OnnxContract } from './fileManifest';
import type { OnnxShape } from './recogniseOnnx';
import { wrongFile } from './recognised';

const MULTIPLES = [1, 2, 4, 8, 16, 32, 64];
const MOST_SCALE = 8;
const LEAST_SIDE = 32;
/** How far the result of an even grey may be from it, of a range of 1. */
const TOLERANCE = 0.25;
const GREY = 0.5;

type Trial = {
  readonly scale: number;
  readonly multipleOf: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
};

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
    throw wrongFile(file, `ONNX Runtime can't open it: ${firstLine(messageOf(error))}`);
  });
  try {
    const run = (value: number, channels: number, width: number, height: number) =>
      runOnce(ort, session, shape, { value, channels, width, height });
    const trial = await sizesOf(file, shape, run);
    for (const range of [1, 255]) {
      const side = shape.side ?? sizesFor(trial.multipleOf)[0];
      const { data } = await run(GREY * range, trial.inputChannels, side.width, side.height);
      const mean = data.reduce((sum, one) => sum + one, 0) / data.length / range;
      if (allFinite(data) && Math.abs(mean - GREY) <= TOLERANCE)
        return { input: shape.input, output: shape.output, type: shape.type, ...trial, range };
    }
  } finally {
    await session.release();
  }
  throw wrongFile(
    file,
    'it turns an even grey into something else, in [0, 1] as in [0, 255]; it is no upscaler of pictures',
  );
}

type Result = { readonly data: Float32Array; readonly dims: readonly number[] };
type Run = (value: number, channels: number, width: number, height: number) => Promise<Result>;

/** Two sizes that are multiples of `multiple` and of no larger power of two. */
function sizesFor(multiple: number): readonly [Size, Size] {
  const times = Math.ceil(LEAST_SIDE / multiple);
  const side = multiple * (times % 2 === 0 ? times + 1 : times);
  return [
    { width: side, height: side },
    { width: side + 2 * multiple, height: side },
  ];
}

/** Scale, channels and multiples, by running it at several sizes. */
async function sizesOf(file: string, shape: OnnxShape, run: Run): Promise<Trial> {
  let failure = '';
  const channels = shape.inputChannels === undefined ? [3, 1, 4] : [shape.inputChannels];
  for (const multipleOf of shape.side ? [1] : MULTIPLES)
    for (const inputChannels of channels)
      try {
        const sizes = shape.side ? [shape.side] : sizesFor(multipleOf);
        const trials: Trial[] = [];
        for (const { width, height } of sizes) {
          const { dims } = await run(GREY, inputChannels, width, height);
          trials.push({ multipleOf, inputChannels, ...enlargement(dims, width, height) });
        }
        const [first, second = first] = trials;
        if (!first || first.scale !== second?.scale)
          throw new Error('its results have no fixed scale');
        return first;
      } catch (error) {
        failure = firstLine(messageOf(error));
      }
  throw wrongFile(file, `a trial with small pictures failed: ${failure}`);
}

function enlargement(
  dims: readonly number[],
  width: number,
  height: number,
): Pick<Trial, 'scale' | 'outputChannels'> {
  const [batch, outputChannels = 0, outHeight = 0, outWidth = 0] = dims;
  const scale = outWidth / width;
  if (
    dims.length !== 4 ||
    batch !== 1 ||
    ![1, 3, 4].includes(outputChannels) ||
    scale !== outHeight / height ||
    !Number.isInteger(scale) ||
    scale < 1 ||
    scale > MOST_SCALE
  )
    throw new Error(
      `[1, 3, ${height}, ${width}] became [${dims.join(', ')}], which is no enlargement by 1 to ${MOST_SCALE}`,
    );
  return { scale, outputChannels };
}

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
  if (!result || !('data' in result)) throw new Error('it yields nothing');
  const { data } = result;
  if (data instanceof Float32Array) return { data, dims: result.dims };
  if (data instanceof Uint16Array)
    return { data: Float32Array.from(data, fromHalf), dims: result.dims };
  throw new Error('its result is no picture of floats');
}

const firstLine = (text: string): string =>
  (text.split('\n')[0] ?? '').slice(0, 200).replace(/\.$/, '');
