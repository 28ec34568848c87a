import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { HeldOut } from '../../../eval/heldout';
import type { Method } from '../../../eval/methods';
import { METRICS_VERSION, type Metrics } from '../../../eval/metrics/measure';
import { Store } from '../../../eval/store';

const metrics = (psnrY: number): Metrics => ({
  psnrY,
  ssimY: 1,
  psnrRgb: 1,
  lrPsnr: 1,
  stLpips: 0,
  niqe: 1,
  deltaE: 0,
  colourShift: 0,
  sharpness: 1,
});

const heldOut = (name: string): HeldOut => ({
  name,
  category: 'photo',
  picture: { width: 1, height: 1, planes: [] } as unknown as HeldOut['picture'],
  sha256: `hash of ${name}`,
});

const network = (id: string, sha256: string): Method =>
  ({
    id: `${id}_1_1`,
    label: id,
    run: {
      kind: 'network',
      guidance: { pixel: 1, semantic: 1 },
      model: { manifest: { id, margin: 0, graph: { sha256 } } },
    },
  }) as unknown as Method;

test('an earlier evaluation is believed of the same pictures and the same networks, and of nothing else', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-known-'));
  try {
    const store = new Store(folder);
    const [same, other] = [heldOut('photo-01-same'), heldOut('photo-02-other')];
    const [kept, renewed] = [network('kept', 'a'), network('renewed', 'new')];
    const row = (picture: string, method: string, psnrY: number) => ({
      set: 'clean' as const,
      picture,
      method,
      ...metrics(psnrY),
    });
    store.know(
      {
        pictures: [
          { name: same.name, sha256: same.sha256 },
          { name: other.name, sha256: 'another picture of that name' },
        ],
        models: { kept: 'a', renewed: 'old' },
        measured: [
          row(same.name, kept.id, 30),
          row(same.name, renewed.id, 31),
          row(other.name, kept.id, 32),
        ],
      },
      [same, other],
      [kept, renewed],
    );
    const known = (picture: HeldOut, method: Method): number | null | undefined =>
      store.metrics(picture, 'clean', method, METRICS_VERSION)?.psnrY;
    assert.equal(known(same, kept), 30);
    assert.equal(known(same, renewed), undefined);
    assert.equal(known(other, kept), undefined);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
