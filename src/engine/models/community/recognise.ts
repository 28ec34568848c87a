import { realpath, stat } from 'node:fs/promises';
import { NotAFileError, specialKind } from '../../../files/kinds';
import type { Architecture, NetworkDescription } from '../../architectures/architecture';
import { ARCHITECTURES } from '../../architectures/list';
import { openStateDict } from '../../architectures/openStateDict';
import { UnsupportedNetwork } from '../../architectures/unsupported';
import { speedClass } from '../../../shared/speedClass';
import { sha256Of } from '../fileChecks';
import { featherFor, tilePixelsFor, wrongFile, type RecognisedFile } from './recognised';
import { isOnnxName, recogniseOnnx } from './recogniseOnnx';
import { wrongWeights } from '../../architectures/wrongFiles';
import { phrase } from '../../../shared/phrase';

/** Endings that files of models have. What a file is, its content decides. */
export const MODEL_ENDINGS = ['.pth', '.pt', '.ckpt', '.safetensors', '.onnx'] as const;

/**
 * Finds out what a file of the person's own is, from its content alone: nothing in it is executed.
 * Rejects with `model-unsupported` or `checkpoint-damaged` for files that are no upscaler, each kind
 * with its own sentence.
 */
export async function recogniseFile(file: string, signal?: AbortSignal): Promise<RecognisedFile> {
  const real = await realpath(file);
  const before = await stat(real);
  const special = specialKind(before);
  if (special !== undefined) throw new NotAFileError(real, special);
  if (before.size === 0) throw wrongFile(real, phrase`it is empty`);
  const network = (await isOnnxName(real))
    ? await recogniseOnnx(real, signal)
    : await recogniseCheckpoint(real, signal);
  return {
    ...network,
    file: {
      path: real,
      bytes: before.size,
      sha256: await sha256Of(real, undefined, signal),
      modified: before.mtimeMs,
    },
  };
}

async function recogniseCheckpoint(
  file: string,
  signal?: AbortSignal,
): Promise<Omit<RecognisedFile, 'file'>> {
  const dict = await openStateDict(file, signal);
  const family = ARCHITECTURES.find((each) => each.recognises(dict));
  if (!family)
    throw wrongFile(
      file,
      wrongWeights(
        dict,
        ARCHITECTURES.map(({ name }) => name),
      ),
    );
  try {
    const description = family.describe(dict);
    const speed = speedClass(dict.weights, family.effort?.(description));
    return { kind: 'checkpoint', ...placed(family, description), speed };
  } catch (error) {
    if (error instanceof UnsupportedNetwork)
      throw wrongFile(file, phrase`it is a ${family.name} network, but ${error.words}`);
    throw error;
  }
}

function placed(
  { id, name }: Architecture,
  description: NetworkDescription,
): Omit<RecognisedFile, 'file' | 'kind'> {
  const { scale, multipleOf, minimum, halo, exactHalo, size } = description;
  return {
    scale,
    sizeRule: { multipleOf, minimum },
    // The network pads as it does elsewhere, so that its pictures are the same at their edges, too.
    margin: 0,
    halo,
    exactHalo,
    feather: exactHalo ? 0 : featherFor(halo),
    tilePixels: tilePixelsFor(description.bytesPerPixel, halo),
    architecture: id,
    architectureName: name,
    size,
  };
}
