import type { TestContext } from 'node:test';
import { addsUpRightly } from '../../src/engine/trust/compareProducts';

let found: Promise<boolean> | undefined;

/**
 * Whether this processor adds products of 8 bits up rightly. Those with AVX2 alone add pairs of them up in 16
 * bits, which don't hold them: what the product says of 8 bits is another thing there.
 */
export function sumsHold(): Promise<boolean> {
  found ??= addsUpRightly();
  return found;
}

/** A test of what 8 bits compute, on processors that add them up rightly. */
export const whereSumsHold =
  (work: () => Promise<void>) =>
  async (test: TestContext): Promise<void> => {
    if (await sumsHold()) await work();
    else test.skip('this processor adds products of 8 bits up wrongly');
  };

/** A test of what the product does where they are added up wrongly. */
export const whereSumsFail =
  (work: () => Promise<void>) =>
  async (test: TestContext): Promise<void> => {
    if (await sumsHold()) test.skip('this processor adds products of 8 bits up rightly');
    else await work();
  };
