/**
 * Times PiSA-SR on this machine's CPU: 128×128 → 512×512, with full-size weights (real or random).
 *
 *   npm run bench:pisa -- <folder of an installed model> [<python with diffusers and peft> <folder
 *   of its checkpoints>]
 *
 * With Python, PyTorch (diffusers, float32) is timed in the same run: see
 * test/reference/time_pytorch.py.
 */
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Rect } from '../src/shared/geometry';
import type { Guidance } from '../src/shared/guidance';
import { closeSource, decodeSource } from '../src/engine/image/decode';
import { DiffusionModel } from '../src/engine/models/kinds/diffusion';
import { readModel } from '../src/engine/models/registry';
import { budgetsFor } from '../src/engine/pisa/budgets';
import { PisaSessions } from '../src/engine/pisa/pisaSessions';
import type { PisaPicture } from '../src/engine/pisa/pisaPicture';
import { upscalePisa } from '../src/engine/pisa/upscalePisa';

const ROOT = path.dirname(__dirname);
const SIDE = 128;
const SAMPLE_MS = 20;
/** Of which the least counts, as for PyTorch: others work on the machine, too. */
const ROUNDS = 2;

type Row = { readonly what: string; readonly seconds: number };

/**
 * The work, in a process of its own, whose memory the parent watches: a running session blocks its
 * thread.
 */
async function work(folder: string): Promise<void> {
  const model = await readModel(folder);
  if (!(model instanceof DiffusionModel)) throw new Error(`${folder} holds no PiSA-SR.`);
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'pu-bench-'));
  const photo = path.join(scratch, 'photo.png');
  await sharp(path.join(ROOT, 'media/samples/photo.jpg'))
    .resize(SIDE, SIDE, { fit: 'cover' })
    .png()
    .toFile(photo);
  const sessions = new PisaSessions();
  const processSize = model.manifest.processSize;
  const measure = async (
    what: string,
    guidance: Guidance,
    known?: PisaPicture,
    region?: Rect,
  ): Promise<PisaPicture> => {
    const started = performance.now();
    const networks = await sessions.acquire(model, 'cpu', 'float32');
    const source = await decodeSource(photo, scratch);
    const { raw, picture } = await upscalePisa({
      rgb: source.rgb,
      alpha: undefined,
      scale: 4,
      processSize,
      guidance,
      colourFix: 'adain',
      draft: false,
      roughDraft: 'never',
      region,
      networks,
      budgets: budgetsFor(),
      pace: sessions.pace,
      known,
      scratch,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await raw.close();
    await closeSource(source);
    process.send?.({ what, seconds: (performance.now() - started) / 1000 } satisfies Row);
    if (!picture) throw new Error('No network ran.');
    return picture;
  };
  await measure('default (1, 1), the first in the process', { pixel: 1, semantic: 1 });
  const region = { x: 192, y: 192, width: 128, height: 128 };
  for (let round = 0; round < ROUNDS; round++) {
    const picture = await measure('default (1, 1)', { pixel: 1, semantic: 1 });
    await measure('adjustable (1, 0.5)', { pixel: 1, semantic: 0.5 });
    await measure('second pass added to a cached default', { pixel: 1, semantic: 0.5 }, picture);
    await measure('new λ', { pixel: 0.8, semantic: 1.2 - round / 10 }, picture);
    await measure(
      'new λ, region of 128×128, the first',
      { pixel: 0.7, semantic: 1 - round / 10 },
      picture,
      region,
    );
    await measure(
      'new λ, region of 128×128',
      { pixel: 0.9, semantic: 0.6 - round / 10 },
      picture,
      region,
    );
  }
  await sessions.release();
  rmSync(scratch, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const [first, folder, python, checkpoints] = process.argv.slice(2);
  if (first === '--child' && folder !== undefined) return work(folder);
  if (first === undefined) throw new Error('Give the folder of an installed PiSA-SR.');
  const rows: Row[] = [];
  let peak = 0;
  const child = fork(__filename, ['--child', first], { execArgv: process.execArgv });
  child.on('message', (row) => rows.push(row as Row));
  const sampler = setInterval(() => (peak = Math.max(peak, anonymousMB(child.pid))), SAMPLE_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`the measurement ended with exit code ${String(code)}`);
  console.log(`${os.cpus()[0]?.model ?? ''}, ${os.availableParallelism()} threads`);
  const least = new Map<string, number>();
  for (const { what, seconds } of rows)
    least.set(what, Math.min(seconds, least.get(what) ?? Infinity));
  for (const [what, seconds] of least) console.log(`${seconds.toFixed(2).padStart(7)} s  ${what}`);
  console.log(`${String(peak).padStart(6)} MB  largest anonymous memory`);
  const [pythonFile, pytorchFolder] = [folder, python ?? checkpoints];
  if (pythonFile !== undefined && pytorchFolder !== undefined) {
    process.stdout.write(
      execFileSync(pythonFile, [path.join(ROOT, 'test/reference/time_pytorch.py'), pytorchFolder], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
  }
}

/** Memory of a process that no file backs, in MB (Linux). */
function anonymousMB(pid: number | undefined): number {
  try {
    return Math.round(
      Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1] ?? 0) /
        1024,
    );
  } catch {
    return 0;
  }
}

void main();
