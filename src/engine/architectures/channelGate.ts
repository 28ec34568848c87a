import type { Value } from '../graph/graphBuilder';
import type { Network } from './network';

/**
 * Squeeze and excitation (Hu et al. 2018): σ(conv(relu(conv(mean of each channel)))), [N,C,1,1].
 * The mean is the tile's, so results depend a little on how a picture is cut.
 */
export function channelGate(net: Network, x: Value, first: string, second: string): Value {
  return net.sigmoid(net.conv(net.relu(net.conv(net.globalMean(x), first)), second));
}
