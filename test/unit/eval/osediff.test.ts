import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { benchmarkPsnr } from '../../../eval/benchmarks/figures';
import { readPicture } from '../../../eval/picture';

/**
 * PSNR-Y of results of OSEDiff (Wu et al., NeurIPS 2024) as its authors published them for RealSR,
 * with the convention that gives the mean of its paper and of PiSA-SR's Table 2.
 */
const PUBLISHED: Readonly<Record<string, number>> = {
  Canon_001_LR4: 25.7937,
  Canon_009_LR4: 24.1759,
  Canon_021_LR4: 24.0826,
  Canon_033_LR4: 24.9665,
  Canon_049_LR4: 22.1897,
  Nikon_002_LR4: 25.7831,
  Nikon_006_LR4: 20.153,
  Nikon_018_LR4: 26.2915,
  Nikon_030_LR4: 29.1133,
  Nikon_046_LR4: 26.8579,
};

const VARIABLE = 'PISA_BENCHMARKS';
const folder = process.env[VARIABLE];
const realsr = folder === undefined ? undefined : path.join(folder, 'realsr');
const missing =
  realsr !== undefined && existsSync(path.join(realsr, 'osediff'))
    ? false
    : `NOT CHECKED: ${VARIABLE} does not name a folder with realsr/osediff and realsr/hr`;

test(
  'PSNR-Y of OSEDiff’s results on RealSR is what its authors publish',
  { skip: missing },
  async () => {
    for (const [name, expected] of Object.entries(PUBLISHED)) {
      const [result, original] = await Promise.all(
        ['osediff', 'hr'].map((kind) => readPicture(path.join(realsr ?? '', kind, `${name}.png`))),
      );
      assert.ok(result && original);
      const actual = benchmarkPsnr(result, original, 'realsr');
      assert.ok(Math.abs(actual - expected) < 1e-4, `${name}: ${actual}, published ${expected}`);
    }
  },
);
