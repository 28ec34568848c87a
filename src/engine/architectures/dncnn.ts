import type { Architecture } from './architecture';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { phrase } from '../../shared/phrase';

/** The numbers of its convolutions in the sequence `model`, one after another. */
function layersOf(dict: StateDict): number {
  const layers = dict.lastIndex('model.') / 2 + 1;
  if (!Number.isInteger(layers) || layers < 3 || layers > 64)
    throw new UnsupportedNetwork(phrase`its layers are not those of a DnCNN without normalization`);
  return layers;
}

/**
 * DnCNN (Zhang et al. 2016, https://arxiv.org/abs/1608.03981) with its normalization merged into the
 * convolutions, as KAIR publishes it: it yields the noise, which is taken from the picture.
 */
export const dncnn: Architecture = {
  id: 'dncnn',
  name: 'DnCNN',
  source: 'https://github.com/cszn/KAIR',
  recognises: (dict) =>
    dict.hasAll('model.0.weight', 'model.2.weight', 'model.4.weight', 'model.6.weight') &&
    [...dict.keys()].every((key) => /^model\.\d*[02468]\.(weight|bias)$/.test(key)) &&
    dict.shape('model.0.weight').length === 4 &&
    dict.dim('model.0.weight', 1) === dict.dim(`model.${dict.lastIndex('model.')}.weight`, 0),
  describe(dict) {
    const layers = layersOf(dict);
    const channels = dict.dim('model.0.weight', 1);
    return {
      scale: 1,
      inputChannels: channels,
      outputChannels: channels,
      multipleOf: 1,
      minimum: 2,
      halo: layers,
      exactHalo: true,
      bytesPerPixel: 3000,
      float16: true,
      size: `${dict.dim('model.0.weight', 0)} features, ${layers} convolutions`,
    };
  },
  build(net, x, dict) {
    const layers = layersOf(dict);
    let y = net.conv(x, 'model.0');
    for (let layer = 1; layer < layers; layer++) y = net.conv(net.relu(y), `model.${2 * layer}`);
    return net.sub(x, y);
  },
};
