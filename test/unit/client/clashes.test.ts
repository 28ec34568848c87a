import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { clashesAmong } from '../../../src/client/clashes';
import type { UpscaleCall } from '../../../src/client/engineClient';
import { refusedJobs } from '../../../src/extension/jobs/refusedJobs';
import type { PictureFacts } from '../../../src/shared/engineProtocol';
import { DEFAULT_SETTINGS, type OverwritePolicy } from '../../../src/shared/settings';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-clashes-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(path.join(folder, 'real'));
writeFileSync(path.join(folder, 'real/b.png'), '');
symlinkSync('real', path.join(folder, 'way'));
symlinkSync(path.join('real', 'b.png'), path.join(folder, 'to-b.png'));
const at = (name: string): string => path.join(folder, name);

const clashes = async (...pairs: (readonly [string, string])[]): Promise<unknown[]> =>
  (
    await clashesAmong(
      pairs.map(([input, output]) => ({ input: at(input), output: at(output) })),
      pairs.map(([input]) => at(input)),
    )
  ).map((clash) => clash && (clash.kind === 'source' ? 'source' : path.relative(folder, clash.of)));

test('the first of several sources with one result keeps it, and no source is replaced by another’s', async () => {
  for (const [pairs, expected] of [
    [
      [
        ['a.png', 'x.png'],
        ['b.png', 'X.PNG'],
      ],
      [undefined, 'a.png'],
    ],
    [
      [
        ['a.png', 'real/x.png'],
        ['b.png', 'way/x.png'],
      ],
      [undefined, 'a.png'],
    ],
    [
      [
        ['a.png', 'e\u0301.png'],
        ['b.png', '\u00e9.png'],
      ],
      [undefined, 'a.png'],
    ],
    [
      [
        ['a.png', 'b.png'],
        ['b.png', 'c.png'],
      ],
      ['source', undefined],
    ],
    [
      [
        ['a.png', 'way/b.png'],
        ['real/b.png', 'c.png'],
      ],
      ['source', undefined],
    ],
    [
      [
        ['a.png', 'real/b.png'],
        ['to-b.png', 'c.png'],
      ],
      ['source', undefined],
    ],
    // That is for the engine to decide, by what was asked for.
    [
      [
        ['a.png', 'a.png'],
        ['b.png', 'c.png'],
      ],
      [undefined, undefined],
    ],
  ] as const)
    assert.deepEqual(await clashes(...pairs), expected, JSON.stringify(pairs));
});

const refused = async (
  overwrite: OverwritePolicy,
  ...inputs: (readonly [name: string, format: 'png' | 'jpeg'])[]
): Promise<(string | undefined)[]> => {
  const formats = new Map(inputs.map(([name, format]) => [at(name), format]));
  const calls = inputs.map(([name]): UpscaleCall => ({
    ...DEFAULT_SETTINGS,
    overwrite,
    input: at(name),
    target: { kind: 'pattern', directory: folder, pattern: '{name}-up.{ext}' },
  }));
  const client = {
    models: () => Promise.resolve([]),
    inspect: ({ inputs: [input] }: { readonly inputs: readonly string[] }) =>
      Promise.resolve<PictureFacts[]>([
        {
          ok: true,
          size: { width: 3, height: 2 },
          frames: 1,
          border: 0,
          format: formats.get(input ?? '')!,
        },
      ]),
  };
  const errors = await refusedJobs(calls, client, new AbortController().signal);
  return inputs.map((_, index) => errors[index]?.message);
};

test('of pictures that are selected in the editor none is replaced by another one’s result', async () => {
  const cases = [
    [['a.png', 'png'], ['a-up.png', 'png'], 'Its output a-up.png is another input.', undefined],
    [['a.png', 'jpeg'], ['a-up.jpg', 'jpeg'], 'Its output a-up.jpg is another input.', undefined],
    [['a.png', 'jpeg'], ['a.jpg', 'jpeg'], undefined, 'a-up.jpg is the output of a.png, too.'],
    [['a.png', 'jpeg'], ['a-up.png', 'png'], undefined, undefined],
  ] as const;
  for (const [first, second, ...expected] of cases) {
    assert.deepEqual(await refused('overwrite', first, second), expected);
    assert.deepEqual(await refused('skip', first, second), expected);
    assert.deepEqual(await refused('nextFreeName', first, second), [undefined, undefined]);
  }
});
