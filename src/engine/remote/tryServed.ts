import type { Size } from '../../shared/geometry';
import { quoted } from '../checkpoint/limits';
import { engineError } from '../errors';
import { wordsOf } from '../../shared/rpc';
import {
  findSizes,
  GREY,
  GREY_TOLERANCE,
  MOST_SCALE,
  sizesFor,
} from '../models/community/findSizes';
import type { FileManifest } from '../models/community/fileManifest';
import { featherFor, tilePixelsFor } from '../models/community/recognised';
import type { ServerContract } from '../models/community/serverContract';
import { allFinite } from '../runtime/finite';
import { contractOf, type Described } from './contractOf';
import { RemoteFailure } from './failure';
import { noiseTile } from './noise';
import { BYTES_OF, nonsense, numbersOf } from './oip/tensors';
import type { ServedName, Transport } from './oip/transport';
import { askContract, sampleOf } from './served';
import { counted, clause, phrase, WordedError, type Words } from '../../shared/phrase';

/** Nobody knows how far such a network sees; it is what the largest of the known ones need. */
const HALO = 48;
/** Of an input pixel in a message, at the largest scale that is common. */
const BYTES_PER_PIXEL = 16_000;
/** Longest for a small picture. */
const TRIAL_MS = 60_000;

/** How a model on a server turned out to be. */
export type TriedModel = Pick<
  FileManifest,
  'scale' | 'sizeRule' | 'margin' | 'halo' | 'feather' | 'tilePixels' | 'tile'
> & { readonly served: ServerContract };

/**
 * Finds out how a model of a server takes pictures: by its metadata, then with small grey pictures and
 * a tile of noise. Rejects with `model-unsupported`, or a `RemoteFailure`.
 */
export async function tryServed(
  transport: Transport,
  served: ServedName,
  signal: AbortSignal,
): Promise<TriedModel> {
  const described = contractOf(await transport.model(served, { signal, hasAnswered: false }));
  if ('unfit' in described) throw unfitModel(served.name, described.unfit);
  const { tile } = described;
  const run = runner(transport, served, described, signal);
  try {
    const { scale, multipleOf, outputChannels } = await findSizes(
      { ...(tile ? { only: tile } : {}), inputChannels: 3 },
      async (_channels, size) => (await run(GREY, size)).dims,
      (error) => error instanceof RemoteFailure && !ANSWERS.has(error.kind),
    );
    if (outputChannels !== 3)
      throw new WordedError(
        counted(
          outputChannels,
          phrase`it gives ${outputChannels} channel instead of 3`,
          phrase`it gives ${outputChannels} channels instead of 3`,
        ),
      );
    const range = await rangeOf(run, described, tile ?? sizesFor(multipleOf)[0]);
    const { input, output, gives, type } = described;
    const contract = { ...served, input, output, gives, type, range };
    const shape = shapeOf(tile, multipleOf);
    const layer = await askContract(
      transport,
      { ...contract, sample: [] },
      { ...noiseTile({ ...shape, ...(tile ? { tile } : {}) }), scale },
      { signal, deadlineMs: TRIAL_MS, hasAnswered: true },
    );
    return {
      scale,
      ...shape,
      ...(tile ? { tile } : {}),
      served: { ...contract, sample: sampleOf(layer) },
    };
  } catch (error) {
    if (error instanceof RemoteFailure && !ANSWERS.has(error.kind)) throw error;
    if (signal.aborted) throw error;
    throw unfitModel(served.name, phrase`does not work: ${clause(wordsOf(error))}`);
  }
}

/** Failures that are the server's answer about the model, so that another trial may go well. */
const ANSWERS: ReadonlySet<string> = new Set(['refused', 'nonsense']);

type Result = { readonly data: Float32Array; readonly dims: readonly number[] };
type Run = (value: number, size: Size) => Promise<Result>;

/** Asks for an even picture, of which it is not known how large the result is. */
function runner(
  transport: Transport,
  served: ServedName,
  { input, output, type }: Described,
  signal: AbortSignal,
): Run {
  return async (value, { width, height }) => {
    const count = 3 * width * height;
    const [found, further] = await transport.infer(
      served,
      {
        input,
        image: new Float32Array(count).fill(value),
        width,
        height,
        outputs: [output],
        datatype: type,
        maxBytes: count * MOST_SCALE ** 2 * BYTES_OF[type],
      },
      { signal, deadlineMs: TRIAL_MS, hasAnswered: false },
    );
    if (found?.name !== output || further) throw nonsense(phrase`lacks the output "${output}"`);
    const dims = Array.isArray(found.shape) ? found.shape.map(Number) : [];
    const values = dims.reduce((product, dim) => product * dim, 1);
    if (found.datatype !== type || found.bytes.byteLength !== values * BYTES_OF[type])
      throw nonsense(phrase`holds other bytes of "${output}" than it says`);
    return { data: numbersOf(found.bytes, type), dims };
  };
}

/** What white is: an even grey stays what it is, or, of a residual, nothing is added to it. */
async function rangeOf(run: Run, { gives }: Described, size: Size): Promise<number> {
  const wanted = gives === 'picture' ? GREY : 0;
  for (const range of gives === 'picture' ? [1, 255] : [1]) {
    const { data } = await run(GREY * range, size);
    const mean = data.reduce((sum, one) => sum + one, 0) / data.length / range;
    if (allFinite(data) && Math.abs(mean - wanted) <= GREY_TOLERANCE) return range;
  }
  throw new WordedError(
    phrase`it turns an even gray into something else, in [0, 1] as in [0, 255]; it is not an upscaler of pictures`,
  );
}

/** How tiles are cut for a network of which nobody knows how far it sees. */
function shapeOf(
  tile: Size | undefined,
  multipleOf: number,
): Pick<TriedModel, 'sizeRule' | 'margin' | 'halo' | 'feather' | 'tilePixels'> {
  const least = tile ? Math.min(tile.width, tile.height) : undefined;
  const halo = least === undefined ? HALO : Math.min(HALO, Math.floor(least / 4));
  return {
    sizeRule: { multipleOf, minimum: least ?? Math.max(32, multipleOf) },
    margin: 0,
    halo: Math.ceil(halo / multipleOf) * multipleOf,
    feather: featherFor(halo),
    tilePixels: tile ? tile.width * tile.height : tilePixelsFor(BYTES_PER_PIXEL, HALO),
  };
}

/** An error for a model that is no upscaler; `why` completes "it …". */
const unfitModel = (name: string, why: Words): Error =>
  engineError('model-unsupported', {
    message: phrase`The server's model "${quoted(name)}" can't be used: it ${why}.`,
    hint: phrase`Choose a model that takes one picture and gives one.`,
  });
