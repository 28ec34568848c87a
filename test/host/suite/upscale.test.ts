import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { freshFolder, listing, pngSize, upscale, upscaleAs, useModel } from './support';

describe('Upscale Image', () => {
  it('writes a picture of exactly four times the size beside the source', async () => {
    const folder = freshFolder('small.png');
    const source = path.join(folder, 'small.png');
    const before = readFileSync(source);
    const results = await upscale(source);
    const output = path.join(folder, 'small@4x.png');
    const { width, height } = pngSize(source);
    assert.deepEqual(pngSize(output), { width: 4 * width, height: 4 * height });
    assert.deepEqual(listing(folder), ['small.png', 'small@4x.png']);
    assert.deepEqual(readFileSync(source), before, 'the source is unchanged');
    assert.equal(results.length, 1);
    assert.equal(results[0]?.output, output);
    assert.equal(results[0].model, 'one-layer-4x');
  });

  it('takes the next free name for a second run and leaves the first result unchanged', async () => {
    const folder = freshFolder('small.png');
    const source = path.join(folder, 'small.png');
    await upscale(source);
    const first = readFileSync(path.join(folder, 'small@4x.png'));
    await upscale(source);
    assert.deepEqual(listing(folder), ['small.png', 'small@4x-2.png', 'small@4x.png']);
    assert.deepEqual(readFileSync(path.join(folder, 'small@4x.png')), first);
    assert.deepEqual(
      readFileSync(path.join(folder, 'small@4x-2.png')),
      first,
      'the same input gives the same bytes',
    );
  });

  it('keeps the format of a JPEG', async () => {
    const folder = freshFolder('photo.jpg');
    await upscale(path.join(folder, 'photo.jpg'));
    assert.deepEqual(listing(folder), ['photo.jpg', 'photo@4x.jpg']);
    assert.deepEqual(
      [...readFileSync(path.join(folder, 'photo@4x.jpg')).subarray(0, 3)],
      [0xff, 0xd8, 0xff],
    );
  });

  it('does the picture of a selection that also holds a text file and a folder', async () => {
    const folder = freshFolder('small.png');
    writeFileSync(path.join(folder, 'notes.txt'), 'not a picture');
    mkdirSync(path.join(folder, 'empty'));
    const results = await upscale(
      ...['small.png', 'notes.txt', 'empty'].map((name) => path.join(folder, name)),
    );
    assert.deepEqual(listing(folder), ['empty', 'notes.txt', 'small.png', 'small@4x.png']);
    assert.deepEqual(listing(path.join(folder, 'empty')), []);
    assert.equal(results.filter(({ skipped }) => !skipped).length, 1);
  });

  it('does several pictures, and the good ones when one is broken', async () => {
    const folder = freshFolder('small.png', 'photo.jpg');
    writeFileSync(path.join(folder, 'broken.png'), 'this is not a PNG file');
    const files = ['broken.png', 'small.png', 'photo.jpg'].map((name) => path.join(folder, name));
    const results = await upscale(...files).catch((error: unknown) =>
      assert.fail(`one broken picture ended the batch: ${String(error)}`),
    );
    assert.deepEqual(listing(folder), [
      'broken.png',
      'photo.jpg',
      'photo@4x.jpg',
      'small.png',
      'small@4x.png',
    ]);
    assert.equal(results.length, 2);
  });

  it('as a density set: the files of the set, and for the web its srcset in the clipboard', async () => {
    const folder = freshFolder('small.png');
    const source = path.join(folder, 'small.png');
    const results = await upscaleAs('web', source);
    assert.deepEqual(listing(folder), ['small.png', 'small@2x.png', 'small@3x.png']);
    assert.equal(pngSize(path.join(folder, 'small@3x.png')).width, 3 * pngSize(source).width);
    assert.equal(results.length, 2);
    assert.equal(
      await vscode.env.clipboard.readText(),
      'small.png 1x, small@2x.png 2x, small@3x.png 3x',
    );
    const again = await upscaleAs('apple', source);
    assert.deepEqual(
      again.map(({ skipped }) => skipped),
      [true, true],
      'a set never gets other names',
    );
  });

  it(
    'leaves a picture alone whose name says that it is enlarged already, unless it is ' +
      'asked for',
    async () => {
      const folder = freshFolder('small.png');
      const source = path.join(folder, 'small@2x.png');
      writeFileSync(source, readFileSync(path.join(folder, 'small.png')));
      assert.deepEqual(
        (await upscale(source)).map(({ skipped, output }) => [skipped, output]),
        [[true, '']],
      );
      assert.equal(
        (await upscaleAs('again', source))[0]?.output,
        path.join(folder, 'small@2x@4x.png'),
      );
    },
  );

  it('draws an SVG, also where the comparison would come first', async () => {
    const folder = freshFolder('small.png');
    const source = path.join(folder, 'drawing.svg');
    writeFileSync(
      source,
      '<svg xmlns="http://www.w3.org/2000/svg" width="12" height="8"><circle cx="6" cy="4" ' +
        'r="3"/></svg>',
    );
    const settings = vscode.workspace.getConfiguration('pisaUpscale');
    await settings.update('action', 'preview', vscode.ConfigurationTarget.Workspace);
    try {
      await upscale(source);
      assert.deepEqual(pngSize(path.join(folder, 'drawing@4x.png')), { width: 48, height: 32 });
    } finally {
      await settings.update('action', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('takes over settings of the output', async () => {
    const settings = vscode.workspace.getConfiguration('pisaUpscale');
    await settings.update('maxOutputKilobytes', 0.3, vscode.ConfigurationTarget.Workspace);
    try {
      const folder = freshFolder('small.png');
      assert.deepEqual(
        await upscale(path.join(folder, 'small.png')),
        [],
        'a PNG of 300 bytes is impossible',
      );
      assert.deepEqual(listing(folder), ['small.png']);
    } finally {
      await settings.update('maxOutputKilobytes', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('follows a changed name pattern', async () => {
    const settings = vscode.workspace.getConfiguration('pisaUpscale');
    await settings.update(
      'namePattern',
      'large/{name}.{ext}',
      vscode.ConfigurationTarget.Workspace,
    );
    try {
      const folder = freshFolder('small.png');
      await upscale(path.join(folder, 'small.png'));
      assert.deepEqual(listing(path.join(folder, 'large')), ['small.png']);
    } finally {
      await settings.update('namePattern', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('leaves the event loop of the extension host free during a run (measured, not judged)', async function () {
    this.timeout(180_000);
    await useModel('slow-4x');
    try {
      const folder = freshFolder('medium.png');
      const stalls = monitorEventLoopDelay({ resolution: 5 });
      const started = Date.now();
      stalls.enable();
      await upscale(path.join(folder, 'medium.png'));
      stalls.disable();
      const ms = (nanoseconds: number): string => (nanoseconds / 1e6).toFixed(1);
      console.log(
        '      event loop of the extension host during ' +
          `${((Date.now() - started) / 1000).toFixed(1)} s: ` +
          `longest delay ${ms(stalls.max)} ms, 99th percentile ${ms(stalls.percentile(99))} ms`,
      );
      assert.deepEqual(listing(folder), ['medium.png', 'medium@4x.png']);
    } finally {
      await useModel(undefined);
    }
  });
});
