import type { Architecture } from './architecture';
import { shuffledScale } from './pixelShuffle';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { phrase } from '../../shared/phrase';

function shapeOf(dict: StateDict): { last: number; scale: number; channels: number } {
  const last = dict.lastIndex('body.');
  if (last < 2 || last % 2 !== 0)
    throw new UnsupportedNetwork(phrase`its layers are not those of a Compact network`);
  const inputs = dict.dim('body.0.weight', 1);
  return { last, ...shuffledScale(dict.dim(`body.${last}.weight`, 0), inputs) };
}

/**
 * SRVGGNetCompact of Real-ESRGAN (Wang et al. 2021, https://arxiv.org/abs/2107.10833): plain
 * convolutions with PReLU, added to the picture with its pixels repeated.
 */
export const compact: Architecture = {
  id: 'compact',
  name: 'Compact',
  source: 'https://github.com/xinntao/Real-ESRGAN',
  recognises: (dict) =>
    dict.hasAll('body.0.weight', 'body.1.weight') &&
    dict.shape('body.0.weight').length === 4 &&
    dict.shape('body.1.weight').length === 1,
  describe(dict) {
    const { last, scale, channels } = shapeOf(dict);
    const convolutions = last / 2 + 1;
    return {
      scale,
      inputChannels: dict.dim('body.0.weight', 1),
      outputChannels: channels,
      multipleOf: 1,
      minimum: 2,
      halo: convolutions,
      exactHalo: true,
      bytesPerPixel: 2_500,
      float16: true,
      size: `${dict.dim('body.0.weight', 0)} features, ${convolutions} convolutions`,
    };
  },
  build(net, x, dict) {
    const { last, scale } = shapeOf(dict);
    let y = net.conv(x, 'body.0');
    for (let layer = 1; layer < last; layer += 2)
      y = net.conv(net.prelu(y, `body.${layer}.weight`), `body.${layer + 1}`);
    return net.add(net.depthToSpace(y, scale), net.nearest(x, scale));
  },
};
