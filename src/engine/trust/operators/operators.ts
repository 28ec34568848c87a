import { ACTIVATIONS, CONVOLUTIONS, REDUCTIONS } from './convolutions';
import { LAYOUT } from './layout';
import { ATTENTION, NORMS, PRODUCTS } from './normsAndSequences';
import type { OperatorCase } from './operatorCase';
import { QUANTIZED } from './quantized';

/**
 * Every operator that the models use on a device, in the forms in which they use it. The deepest
 * convolution comes first: sums that are kept in float16 show there most.
 */
export const OPERATORS: readonly OperatorCase[] = [
  ...CONVOLUTIONS,
  ...ACTIVATIONS,
  ...REDUCTIONS,
  ...PRODUCTS,
  ...NORMS,
  ...ATTENTION,
  ...LAYOUT,
  ...QUANTIZED,
];
