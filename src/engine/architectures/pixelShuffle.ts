import type { Value } from '../graph/graphBuilder';
import type { Network } from './network';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { phrase } from '../../shared/phrase';

/**
 * Scale and channels of a last layer whose outputs are shuffled into pixels: scale² · channels.
 * The network's own channels are tried first.
 */
export function shuffledScale(
  outputs: number,
  inputChannels: number,
): { scale: number; channels: number } {
  for (const channels of [inputChannels, 3, 4, 1]) {
    const scale = Math.sqrt(outputs / channels);
    if (Number.isInteger(scale) && scale >= 1 && scale <= 8) return { scale, channels };
  }
  throw new UnsupportedNetwork(phrase`its last layer has ${outputs} outputs, which fit no scale`);
}

/** The steps of a tail of convolutions with pixel shuffles between: its keys and factors. */
function tailSteps(dict: StateDict, key: string): { key: string; factor: number }[] {
  const steps: { key: string; factor: number }[] = [];
  for (let index = 0; dict.has(`${key}.${index}.weight`); index += 2) {
    const own = `${key}.${index}`;
    const factor = Math.sqrt(dict.dim(`${own}.weight`, 0) / dict.dim(`${own}.weight`, 1));
    if (!Number.isInteger(factor) || factor > 8)
      throw new UnsupportedNetwork(phrase`its layer ${own} fits no pixel shuffle`);
    steps.push({ key: own, factor });
  }
  return steps;
}

/** By how much such a tail enlarges. */
export const tailScale = (dict: StateDict, key: string): number =>
  tailSteps(dict, key).reduce((scale, { factor }) => scale * factor, 1);

/** `key.0`, shuffle, `key.2`, shuffle, …: features stay as many as they are. */
export function shuffleTail(net: Network, x: Value, key: string, dict: StateDict): Value {
  return tailSteps(dict, key).reduce(
    (y, step) => net.depthToSpace(net.conv(y, step.key), step.factor),
    x,
  );
}
