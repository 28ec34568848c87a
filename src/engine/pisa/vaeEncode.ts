import type { Rect, Size } from '../../shared/geometry';
import { encoderReach } from '../graph/sd21/vae';
import type { PixelFile } from '../image/pixelFile';
import type { Floats } from '../runtime/network';
import { mirroredIndices, tileInput } from '../upscale/tileInput';
import { coreTiles, withReach } from './coreTiles';
import { collage, cut, latentTiles, mapTiles, sampleWindows, type Latents } from './latentTiles';
import type { PisaNetworks } from './pisaNetworks';
import { need } from './need';
import { SAMPLE, type Budgets } from './budgets';
import type { Steps } from './steps';
import { LATENT_PIXELS, latentSize } from './workSize';

export const floats = ({ channels, width, height, data }: Latents): Floats => ({
  data,
  dims: [1, channels, height, width],
});
const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

export function encodeTiles(
  work: Size,
  networks: PisaNetworks,
  { encoderPixels }: Budgets,
): readonly Rect[] {
  const latents = latentSize(work);
  if (latents.width * latents.height * LATENT_PIXELS ** 2 <= encoderPixels)
    return [{ x: 0, y: 0, ...latents }];
  const around = 2 * roundUp(encoderReach(networks.checkpoint.vaeConfig), LATENT_PIXELS);
  return coreTiles(
    { x: 0, y: 0, ...latents },
    { budget: encoderPixels, around, pixels: LATENT_PIXELS },
  );
}

/**
 * z = s · mean(encoder(x)) of an RGB picture, mirrored up to a multiple of 8. Tiles of the
 * convolutions share their group norms' statistics; each pixel is what an untiled run with these
 * statistics yields.
 */
export async function encodePicture(
  work: PixelFile,
  networks: PisaNetworks,
  budgets: Budgets,
  steps: Steps,
): Promise<Latents> {
  const { vaeConfig } = networks.checkpoint;
  // Encoder and decoder never run at once; opening one anew takes a quarter of a second, keeping
  // both a gigabyte more.
  await networks.release('decoderUp.measure', 'decoderUp.given');
  const latents = latentSize(work.info);
  const tiles = encodeTiles(work.info, networks, budgets);
  const channels = vaeConfig.blockOutChannels.at(-1) ?? 0;
  const features: Latents = {
    ...latents,
    channels,
    data: new Float32Array(channels * latents.width * latents.height),
  };

  if (tiles.length === 1) {
    const network = await networks.get('encoderDown.measure');
    const image = await readImage(work, {
      x: 0,
      y: 0,
      width: latents.width * LATENT_PIXELS,
      height: latents.height * LATENT_PIXELS,
    });
    const { features: whole } = await steps.run('encode', latents.width * latents.height, () =>
      network.run({ image: floats(image) }),
    );
    features.data.set(need(whole).data);
  } else {
    const statistics = await sampleStatistics(work, latents, networks, steps);
    await networks.release('encoderDown.measure');
    const network = await networks.get('encoderDown.given');
    const reach = Math.ceil(encoderReach(vaeConfig) / LATENT_PIXELS);
    for (const core of tiles) {
      const window = withReach(core, reach, latents);
      const image = await readImage(work, scaled(window, LATENT_PIXELS));
      const result = await steps.run('encode', window.width * window.height, () =>
        network.run({ image: floats(image), statistics }),
      );
      paste(features, { ...window, channels, data: need(result.features).data }, window, core);
    }
  }
  await networks.release('encoderDown.measure', 'encoderDown.given');
  const mean = await throughMiddle(
    'encoderMid',
    features,
    vaeConfig.latentChannels,
    networks,
    budgets,
    steps,
  );
  await networks.release('encoderMid.measure', 'encoderMid.given');
  return { ...mean, data: mean.data.map((value) => value * vaeConfig.scalingFactor) };
}

/**
 * Runs a middle graph: untiled as long as its attention over all positions is affordable, else on
 * tiles with shared statistics.
 */
export async function throughMiddle(
  part: 'encoderMid' | 'decoderMid',
  input: Latents,
  channels: number,
  networks: PisaNetworks,
  { middleLatents }: Budgets,
  steps: Steps,
): Promise<Latents> {
  const [name, output] = part === 'encoderMid' ? ['features', 'mean'] : ['latent', 'features'];
  const measure = await networks.get(`${part}.measure`);
  const { width, height } = input;
  if (width * height <= middleLatents) {
    const result = await steps.run('middle', width * height, () =>
      measure.run({ [name]: floats(input) }),
    );
    return { width, height, channels, data: need(result[output]).data };
  }
  const { windows, columns } = sampleWindows(input, SAMPLE);
  const sample = collage(
    windows.map((window) => cut(input, window)),
    columns,
  );
  const { statistics } = await steps.run('middle', sample.width * sample.height, () =>
    measure.run({ [name]: floats(sample) }),
  );
  const given = await networks.get(`${part}.given`);
  return mapTiles(input, latentTiles(input), channels, async (tile) => {
    const result = await steps.run('middle', tile.width * tile.height, () =>
      given.run({ [name]: floats(tile), statistics: need(statistics) }),
    );
    return need(result[output]).data;
  });
}

async function sampleStatistics(
  work: PixelFile,
  latents: Size,
  networks: PisaNetworks,
  steps: Steps,
): Promise<Floats> {
  const { windows, columns } = sampleWindows(latents, SAMPLE);
  const parts: Latents[] = [];
  for (const window of windows) parts.push(await readImage(work, scaled(window, LATENT_PIXELS)));
  const sample = collage(parts, columns);
  const network = await networks.get('encoderDown.measure');
  const { statistics } = await steps.run(
    'encode',
    (sample.width * sample.height) / LATENT_PIXELS ** 2,
    () => network.run({ image: floats(sample) }),
  );
  return need(statistics);
}

export const scaled = ({ x, y, width, height }: Rect, factor: number): Rect => ({
  x: x * factor,
  y: y * factor,
  width: width * factor,
  height: height * factor,
});

/** A window of the picture as planar RGB in [−1,1]; beyond the edges it is mirrored. */
export async function readImage(work: PixelFile, window: Rect): Promise<Latents> {
  const { width, height } = work.info;
  const rows = mirroredIndices(window.y, window.height, height);
  const first = rows.reduce((a, b) => Math.min(a, b));
  const source = await work.samples(first, rows.reduce((a, b) => Math.max(a, b)) + 1);
  const planes = tileInput(
    source,
    width,
    mirroredIndices(window.x, window.width, width),
    rows.map((row) => row - first),
  );
  for (let i = 0; i < planes.length; i++) planes[i] = (planes[i] ?? 0) * 2 - 1;
  return { width: window.width, height: window.height, channels: 3, data: planes };
}

/** Copies `core` out of `part`, which covers `window`, into the whole. */
export function paste(whole: Latents, part: Latents, window: Rect, core: Rect): void {
  for (let channel = 0; channel < whole.channels; channel++) {
    for (let row = 0; row < core.height; row++) {
      const from =
        (channel * part.height + core.y - window.y + row) * part.width + core.x - window.x;
      whole.data.set(
        part.data.subarray(from, from + core.width),
        (channel * whole.height + core.y + row) * whole.width + core.x,
      );
    }
  }
}
