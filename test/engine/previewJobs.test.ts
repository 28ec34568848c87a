import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { EngineClient } from '../../src/client/engineClient';
import { ModelRegistry } from '../../src/engine/models/registry';
import { PisaSessions } from '../../src/engine/pisa/pisaSessions';
import { previewFile } from '../../src/engine/preview/previewFile';
import { openTileSession } from '../../src/engine/runtime/session';
import type { UpscaleServices } from '../../src/engine/upscale/services';
import type { Rect } from '../../src/shared/geometry';
import type { PreviewProgress } from '../../src/shared/previewProtocol';
import { DEFAULT_SETTINGS } from '../../src/shared/settings';
import { leaveScratch, scratchRoot } from '../harness/scratch';
import {
  cropped,
  exported,
  newEngine,
  nextJob,
  previewRequest,
  quiet,
  runExact,
  runPreview,
} from './previewSupport';
import {
  inFloats,
  EMBEDDED_MODELS,
  ENGINE,
  largestDifference,
  NO_STORE,
  pixelsOf,
  temporaryFolder,
  TEST_MODELS,
  writePng,
} from './support';
import { inWords } from '../../src/shared/phrase';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const fresh = (name: string): string => {
  mkdirSync(at(name), { recursive: true });
  return at(name);
};
const api = newEngine();

describe('the exact part of a result', () => {
  const rects: readonly Rect[] = [
    { x: 0, y: 0, width: 4, height: 4 },
    { x: 167, y: 111, width: 751, height: 503 },
    { x: 1399, y: 999, width: 1, height: 1 },
    { x: 0, y: 351, width: 1400, height: 3 },
  ];
  it('is the same part of the export, across tiles and at any dial', async () => {
    const input = await writePng(at('exact.png'), 350, 250);
    for (const [pixel, semantic] of [
      [1.5, 0.35],
      [0.3, 0],
    ] as const) {
      const { data, width } = await pixelsOf(
        await exported(api, input, at('export'), 'two-branch-4x', { pixel, semantic }),
      );
      for (const rect of rects) {
        const part = await runExact(api, input, fresh('exact'), {
          rect,
          guidance: { pixel, semantic },
        });
        assert.ok(largestDifference(part, cropped(data, width, rect)) <= 1, JSON.stringify(rect));
      }
    }
  });

  it('ignores a dial that the model lacks, and leaves only what it keeps behind', async () => {
    const input = await writePng(at('one.png'), 30, 30);
    const rect = { x: 5, y: 6, width: 70, height: 80 };
    const { data, width } = await pixelsOf(
      await exported(api, input, at('export'), 'one-layer-4x', { pixel: 0.8, semantic: 1 }),
    );
    const part = await runExact(api, input, at('one'), {
      model: 'one-layer-4x',
      rect,
      guidance: { pixel: 0.8, semantic: 1 },
    });
    assert.ok(largestDifference(part, cropped(data, width, rect)) <= 1);
    // Its own bytes, and what later parts of the same picture need not compute again.
    assert.deepEqual(
      readdirSync(at('one')).map((name) => name.replace(/-.*/, '')),
      ['job', 'kept'],
    );
  });

  it('refuses a part that is not inside the result, and dials out of range', async () => {
    const input = await writePng(at('refuse.png'), 10, 10);
    const ask = (rect: Rect, pixel = 1): Promise<unknown> =>
      api.exactRegion(
        { ...previewRequest(input, fresh('refuse')), rect, guidance: { pixel, semantic: 1 } },
        quiet,
      );
    for (const rect of [
      { x: 0, y: 0, width: 41, height: 1 },
      { x: -1, y: 0, width: 4, height: 4 },
      { x: 0, y: 0, width: 0, height: 4 },
      { x: 0.5, y: 0, width: 4, height: 4 },
      { x: 0, y: NaN, width: 4, height: 4 },
    ]) {
      await assert.rejects(ask(rect), {
        code: 'bad-setting',
        message: /inside the result of 40×40 pixels/,
      });
    }
    await assert.rejects(ask({ x: 0, y: 0, width: 4, height: 4 }, 1.51), {
      code: 'bad-setting',
      message: /λ_pix/,
    });
    assert.deepEqual(readdirSync(at('refuse')), []);
  });
});

describe('a preview that can’t be made', () => {
  it('has the errors of an upscaling', async () => {
    const input = await writePng(at('fine.png'), 10, 10);
    writeFileSync(at('text.png'), 'no picture');
    writeFileSync(at('empty.png'), '');
    const cases: readonly [Parameters<typeof previewRequest>[2], string][] = [
      [{ input: at('missing.png') }, 'input-missing'],
      [{ input: at('text.png') }, 'input-not-an-image'],
      [{ input: at('empty.png') }, 'input-empty'],
      [{ input: 'relative.png' }, 'bad-setting'],
      [{ maxInputMegapixels: 0.00009 }, 'input-too-large'],
      [{ model: 'unknown' }, 'model-missing'],
      [{ jobId: '../../etc' }, 'bad-setting'],
      [{ scratchDirectory: 'relative' }, 'bad-setting'],
      [{ first: { x: NaN, y: 0, width: 1, height: 1 } }, 'bad-setting'],
      [{ first: { x: 0, y: 0, width: -1, height: 1 } }, 'bad-setting'],
    ];
    for (const [part, code] of cases) {
      const request = { ...previewRequest(input, fresh('bad')), ...part };
      await assert.rejects(api.preview(request, quiet), { code }, JSON.stringify(part));
      assert.deepEqual(readdirSync(at('bad')), []);
    }
  });

  it('says so when its folder is gone, before and while it runs, and the next one works', async () => {
    const input = await writePng(at('gone.png'), 350, 200);
    await assert.rejects(api.preview(previewRequest(input, at('never-made')), quiet), {
      code: 'output-unwritable',
      message: /could not be written to .*never-made/,
    });
    const scratch = fresh('removed');
    const progress = (value: unknown): void => {
      if ((value as PreviewProgress).done === 1) rmSync(scratch, { recursive: true });
    };
    await assert.rejects(
      api.preview(previewRequest(input, scratch), { signal: quiet.signal, progress }),
      { code: 'output-unwritable' },
    );
    assert.ok(!existsSync(scratch));
    await runPreview(api, await writePng(at('next.png'), 10, 10), at('next'));
  });

  it('stops between tiles and keeps the finished ones, and nothing half made', async () => {
    const input = await writePng(at('stop.png'), 450, 350);
    const scratch = fresh('stop');
    const controller = new AbortController();
    const files: string[] = [];
    const progress = (value: unknown): void => {
      const { tile } = value as PreviewProgress;
      if (tile) files.push(tile.file);
      if (files.length === 2) controller.abort();
    };
    await assert.rejects(
      api.preview(previewRequest(input, scratch), { signal: controller.signal, progress }),
      { code: 'cancelled' },
    );
    assert.equal(files.length, 2);
    const left = readdirSync(scratch).filter((name) => !name.startsWith('kept-'));
    assert.deepEqual(left.sort(), files.sort());
  });

  it('obeys a cancel at once while another one is at work, which goes on', async () => {
    const input = await writePng(at('wait.png'), 450, 350);
    const running = api.preview(previewRequest(input, fresh('wait')), quiet);
    const controller = new AbortController();
    const waiting = api.preview(previewRequest(input, at('wait')), {
      signal: controller.signal,
      progress: () => assert.fail('it began'),
    });
    let ended = false;
    void running.then(() => (ended = true));
    controller.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
    assert.equal(ended, false);
    assert.equal((await running).device, 'cpu');
  });
});

describe('a device that fails in the middle of a preview', () => {
  const services = (release: () => void): UpscaleServices => ({
    findModel: (id) => new ModelRegistry([TEST_MODELS]).find(id),
    resolveDevice: async () => 'webgpu',
    checkDevice: () => undefined,
    cpuPrecision: inFloats,
    refusal: async () => undefined,
    acquireSession: async (model, device, _tile, branches) => {
      const session = await openTileSession(model.graph, 'cpu', branches);
      let runs = 0;
      return {
        ...session,
        device,
        run: (...input) =>
          device === 'webgpu' && ++runs === 3
            ? Promise.reject(new Error('device lost'))
            : session.run(...input),
      };
    },
    releaseSession: async () => release(),
    pisa: new PisaSessions(),
    inTurn: (_signal, work) => work(),
    version: '0.0.0',
  });

  it('is replaced by the CPU, from the start; each file keeps its content', async () => {
    const input = await writePng(at('fails.png'), 450, 350);
    const expected = await runPreview(api, input, at('expected'));
    const scratch = fresh('fails');
    const steps: PreviewProgress[] = [];
    const bytes = new Map<string, Buffer>();
    let released = 0;
    const result = await previewFile(
      { ...previewRequest(input, scratch), jobId: nextJob() },
      services(() => released++),
      {
        signal: quiet.signal,
        progress: (step) => {
          steps.push(step);
          if (step.tile)
            bytes.set(step.tile.file, readFileSync(path.join(scratch, step.tile.file)));
        },
      },
    );
    assert.equal(result.device, 'cpu');
    assert.equal(result.notes.length, 2);
    assert.match(
      inWords(result.notes[0]!),
      /webgpu failed \(device lost\); tried again with smaller tiles/,
    );
    assert.match(inWords(result.notes[1]!), /used cpu instead/);
    assert.equal(released, 2);
    assert.deepEqual(
      result.figures,
      expected.result.figures,
      'what the failed tries computed does not count',
    );
    assert.deepEqual([...new Set(steps.map(({ device }) => device))], ['webgpu', 'cpu']);
    const files = steps.flatMap(({ tile }) => (tile ? [tile.file] : []));
    assert.equal(new Set(files).size, files.length, 'no name is used twice');
    for (const [file, content] of bytes)
      assert.deepEqual(readFileSync(path.join(scratch, file)), content);
  });
});

describe('previews through the client', () => {
  const client = new EngineClient({
    entry: ENGINE,
    modelFolders: [EMBEDDED_MODELS, TEST_MODELS],
    store: NO_STORE,
    idleSeconds: 60,
    log: () => undefined,
  });
  after(() => client.dispose());
  const { colourFix, maxInputMegapixels } = DEFAULT_SETTINGS;
  const common = {
    model: 'two-branch-4x',
    device: 'cpu',
    colourFix,
    maxInputMegapixels,
    scale: 4,
    pixelArt: 'off',
  } as const;

  it('arrive in a folder of their own, which stays until it is removed', async () => {
    const input = await writePng(at('client.png'), 60, 40);
    const preview = await client.createPreviewFolder();
    try {
      const { directory } = preview;
      assert.equal(path.dirname(directory), scratchRoot());
      const steps: PreviewProgress[] = [];
      const result = await client.preview(
        { ...common, input, scratchDirectory: directory },
        { onProgress: (step) => steps.push(step) },
      );
      const { tile } = steps.at(-1)!;
      assert.deepEqual(tile?.rect, { x: 0, y: 0, width: 240, height: 160 });
      assert.equal(readFileSync(path.join(directory, tile.file)).length, 3 * 3 * 240 * 160);
      assert.deepEqual(result.size, { width: 240, height: 160 });

      const rect = { x: 10, y: 20, width: 30, height: 40 };
      const exact = await client.exactRegion(
        {
          ...common,
          input,
          scratchDirectory: directory,
          rect,
          guidance: { pixel: 1, semantic: 1 },
        },
        {},
      );
      assert.deepEqual(exact.rect, rect);
      const full = readFileSync(path.join(directory, tile.file)).subarray(2 * 3 * 240 * 160);
      assert.deepEqual(
        readFileSync(path.join(directory, exact.file)),
        Buffer.from(cropped(full, 240, rect)),
      );

      await client.preview({ ...common, input, scratchDirectory: directory });
      assert.equal(
        readdirSync(directory).filter((name) => name.endsWith('.bin')).length,
        3,
        'a second preview takes other names',
      );
    } finally {
      await preview.remove();
    }
    assert.ok(!existsSync(preview.directory));
  });

  it('are cancelled between tiles without ending the engine', async () => {
    const input = await writePng(at('client-cancel.png'), 300, 230);
    const preview = await client.createPreviewFolder();
    const controller = new AbortController();
    let pid: number | undefined;
    const run = client.preview(
      { ...common, input, scratchDirectory: preview.directory },
      {
        signal: controller.signal,
        // A tile takes longer than an engine is given on a busy machine.
        graceMs: 60_000,
        onProgress: ({ done }) => {
          pid = client.processId;
          if (done === 1) controller.abort();
        },
      },
    );
    await assert.rejects(run, { code: 'cancelled' });
    assert.ok(pid !== undefined && client.processId === pid, 'the engine stays warm');
    await preview.remove();
    assert.ok(!existsSync(preview.directory));
  });

  it('leave no folder of an owner that is gone', async () => {
    const stale = leaveScratch(4194303, '00000000-0000-0000-0000-000000000001');
    const other = new EngineClient({
      entry: ENGINE,
      modelFolders: [],
      store: NO_STORE,
      idleSeconds: 60,
      log: () => undefined,
    });
    const preview = await other.createPreviewFolder();
    assert.equal(other.processId, undefined, 'a folder needs no engine');
    await preview.remove();
    await other.dispose();
    assert.ok(!existsSync(stale));
  });
});
