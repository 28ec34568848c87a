import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lint } from './lintHarness';

/** Of each room what it may not import, and what it may. */
const ROOMS: Readonly<Record<string, { refused: readonly string[]; allowed: readonly string[] }>> =
  {
    shared: { refused: ['vscode', 'node:fs', 'fs', 'sharp', '../engine/a'], allowed: ['./a'] },
    files: { refused: ['vscode', 'sharp', '../client/a'], allowed: ['node:fs', '../shared/a'] },
    engine: {
      refused: ['vscode', '../client/a', '../../batch/a', '../cli/a'],
      allowed: ['sharp', '../files/a'],
    },
    client: { refused: ['vscode', 'sharp', '../engine/a/b'], allowed: ['../shared/a'] },
    batch: { refused: ['vscode', '../engine/a', '../extension/a'], allowed: ['../client/a'] },
    node: { refused: ['vscode', '../engine/a', '../batch/a'], allowed: ['../client/a'] },
    cli: { refused: ['vscode', '../engine/a', '../webview/a'], allowed: ['../batch/a'] },
    extension: {
      refused: ['sharp', 'onnxruntime-node', '../engine/a/b', '../cli/a'],
      allowed: ['vscode', '../client/a'],
    },
    webview: {
      refused: ['vscode', 'node:path', '../extension/a', '../files/a'],
      allowed: ['preact', '../shared/a'],
    },
  };

describe('the import boundaries', () => {
  const cases = Object.entries(ROOMS).flatMap(([room, { refused, allowed }]) =>
    [...refused, ...allowed].map((from) => ({ room, from, isRefused: refused.includes(from) })),
  );
  const found = lint(
    cases.map(({ room, from }) => ({
      code: `import { a } from '${from}';\nexport const b = a;`,
      file: `src/${room}/snippet.ts`,
    })),
    'eslint(no-restricted-imports)',
  );
  for (const [i, { room, from, isRefused }] of cases.entries())
    test(`src/${room} ${isRefused ? 'can’t' : 'may'} import ${from}`, () => {
      assert.equal(found[i]?.length, isRefused ? 1 : 0);
    });
});

describe('ONNX Runtime', () => {
  const NAME = 'onnxruntime-node';
  const forms: Readonly<
    Record<string, readonly [code: string, complaints: number, file?: string]>
  > = {
    'is not imported': [`import { a } from '${NAME}';\nexport const b = a;`, 1],
    'is not imported whole': [`import * as a from '${NAME}';\nexport const b = a;`, 1],
    'is not imported later': [`export const b = import('${NAME}');`, 1],
    'is not required': [`declare const require: (a: string) => 1;\nrequire('${NAME}');`, 1],
    'may be named as a type': [`import type { A } from '${NAME}';\nexport type B = A;`, 0],
    'is loaded in its one place': [
      `export const b = import('${NAME}');`,
      0,
      'src/engine/runtime/onnxRuntime.ts',
    ],
  };
  const found = lint(
    Object.values(forms).map(([code, , file = 'src/engine/snippet.ts']) => ({ code, file })),
    'pisa(onnx-runtime-once)',
  );
  for (const [i, [what, [, complaints]]] of Object.entries(forms).entries())
    test(what, () => {
      assert.equal(found[i]?.length, complaints);
    });
});
