import type { TiledModel } from '../models/kinds/tiled';
import { openBase, type TileLayers, type TileSession } from '../runtime/session';
import type { RemoteDevice } from './remoteDevice';
import { residual } from './served';

/**
 * A model on a server, with the face of a local session. The base, which is no network, is computed
 * here while the server works; of the branches only those that are wanted travel.
 */
export async function openRemoteSession(
  device: RemoteDevice,
  model: TiledModel,
  branches: readonly string[],
): Promise<TileSession> {
  const base = await openBase(model.graph);
  const isPicture = model.contract?.gives === 'picture';
  let secondsPerPixel: number | undefined;
  const never = new AbortController().signal;
  const run = async (
    outputs: readonly string[],
    image: Float32Array,
    [width, height]: readonly [number, number],
    signal = never,
  ): Promise<TileLayers> => {
    if (outputs.length === 0) return { base: await base.run(image, width, height), pixel: NONE };
    const started = performance.now();
    let sent = (): void => undefined;
    const onTheWay = new Promise<void>((resolve) => (sent = resolve));
    const asking = device.infer(model, {
      image,
      width,
      height,
      outputs,
      secondsPerPixel,
      signal,
      onSent: sent,
    });
    // ONNX Runtime blocks the thread, which must first send the question.
    await Promise.race([onTheWay, asking]);
    const enlarged = await base.run(image, width, height).catch(async (error: unknown) => {
      await asking.catch(() => undefined);
      throw error;
    });
    const layers = await asking;
    secondsPerPixel = (performance.now() - started) / 1000 / (width * height);
    const semantic = layers.get('semantic');
    const pixel = layers.get('pixel');
    return {
      base: enlarged,
      pixel: pixel ? (isPicture ? residual(pixel, enlarged) : pixel) : NONE,
      ...(semantic ? { semantic } : {}),
    };
  };
  return {
    device: 'remote',
    inFlight: device.inFlight,
    get secondsPerPixel() {
      return secondsPerPixel;
    },
    run: (image, width, height, signal) => run(branches, image, [width, height], signal),
    runPixel: (image, width, height, signal) => run(['pixel'], image, [width, height], signal),
    release: () => base.release(),
  };
}

/** A layer that was not wanted: all of it counts as zero. */
const NONE = new Float32Array();
