import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { checkInProcess, type Check } from '../../src/engine/trust/checkProcess';
import { inWords } from '../../src/shared/phrase';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const MODEL = 'eight-bit-4x';
const CHECKS: readonly Check[] = [
  { kind: 'precision', model: MODEL, folders: [folder], store: folder },
  {
    kind: 'fingerprint',
    device: 'webgpu',
    precision: 'float32',
    model: MODEL,
    folders: [folder],
    store: folder,
  },
];

for (const check of CHECKS)
  test(`a damaged copy of a model is told as that, not as what the model does: ${check.kind}`, async () => {
    const copy = path.join(folder, MODEL);
    cpSync(path.resolve('test/fixtures/models', MODEL), copy, { recursive: true });
    const { graph } = JSON.parse(readFileSync(path.join(copy, 'manifest.json'), 'utf8')) as {
      graph: { path: string };
    };
    const file = path.join(copy, graph.path);
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const outcome = await checkInProcess(path.resolve('dist/engine.js'), check, 60_000);
    assert.ok('failure' in outcome, JSON.stringify(outcome));
    assert.match(inWords(outcome.failure), /damaged|SHA-256|checksum/i);
  });
