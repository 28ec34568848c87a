import type { Architecture } from './architecture';
import { compact } from './compact';
import { cugan } from './cugan';
import { dat } from './dat';
import { dncnn } from './dncnn';
import { mosr } from './mosr';
import { omniSr } from './omniSr';
import { plksr } from './plksr';
import { rcan } from './rcan';
import { rrdb } from './rrdb';
import { span } from './span';
import { swinIr } from './swinIr';

/**
 * Every family that can be built, in the order of detection: where two share keys, the more
 * specific one comes first.
 */
export const ARCHITECTURES: readonly Architecture[] = [
  rrdb,
  rcan,
  span,
  plksr,
  mosr,
  cugan,
  omniSr,
  dat,
  swinIr,
  compact,
  dncnn,
];
