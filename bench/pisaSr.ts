/**
 * Times PiSA-SR on this machine's CPU: 128×128 → 512×512, with full-size weights (real or random), in
 * floats and with the UNet in 8 bits, and tells how far apart the two are.
 *
 *   npm run bench:pisa -- <folder of an installed model> [<python with diffusers and peft> <folder
 *   of its checkpoints>]
 *
 * With Python, PyTorch (diffusers, float32) is timed in the same run: see
 * test/reference/time_pytorch.py.
 */
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Rect } from '../src/shared/geometry';
import type { Guidance } from '../src/shared/guidance';
import { CPU_PRECISIONS, type CpuPrecision } from '../src/shared/settings';
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
/** In turns, of which the least counts, as for PyTorch: others work on the machine, too. */
const ROUNDS = 2;

const FIRST = 'default (1, 1), the first in the process';

type Row = { readonly what: string; readonly seconds: number; readonly processor: number };
/** Guidances whose pixels are compared, by the names of their files. */
const COMPARED = {
  'default.rgb': { pixel: 1, semantic: 1 },
  'adjustable.rgb': { pixel: 1, semantic: 0.5 },
} as const satisfies Record<string, Guidance>;

const secondsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;

/**
 * The work, in a process of its own, whose memory the parent watches: a running session blocks its
 * thread.
 */
async function work(folder: string, precision: CpuPrecision, scratch: string): Promise<void> {
  const found = await readModel(folder);
  if (!(found instanceof DiffusionModel)) throw new Error(`${folder} holds no PiSA-SR.`);
  const model = found.inPrecision(precision);
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
    { region, pixels }: { readonly region?: Rect; readonly pixels?: string } = {},
  ): Promise<PisaPicture> => {
    const started = performance.now();
    const before = process.cpuUsage();
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
    const seconds = (performance.now() - started) / 1000;
    const processor = secondsOf(process.cpuUsage(before));
    if (pixels !== undefined)
      writeFileSync(
        path.join(scratch, `${precision}-${pixels}`),
        await raw.rows(0, raw.info.height),
      );
    await raw.close();
    await closeSource(source);
    process.send?.({ what, seconds, processor } satisfies Row);
    if (!picture) throw new Error('No network ran.');
    return picture;
  };
  await measure(FIRST, { pixel: 1, semantic: 1 });
  const region = { x: 192, y: 192, width: 128, height: 128 };
  const picture = await measure('default (1, 1)', COMPARED['default.rgb'], undefined, {
    pixels: 'default.rgb',
  });
  await measure('adjustable (1, 0.5)', COMPARED['adjustable.rgb'], undefined, {
    pixels: 'adjustable.rgb',
  });
  await measure('second pass added to a cached default', { pixel: 1, semantic: 0.5 }, picture);
  await measure('new λ', { pixel: 0.8, semantic: 1.2 }, picture);
  await measure('new λ, region of 128×128, the first', { pixel: 0.7, semantic: 1 }, picture, {
    region,
  });
  await measure('new λ, region of 128×128', { pixel: 0.9, semantic: 0.6 }, picture, {
    region,
  });
  await sessions.release();
}

/** What was measured of one form. */
class FormFigures {
  private readonly least = new Map<string, Row>();
  private peak = 0;

  constructor(
    private readonly folder: string,
    private readonly precision: CpuPrecision,
    private readonly scratch: string,
  ) {}

  /** In a process of its own. */
  async measure(): Promise<void> {
    const child = fork(__filename, ['--child', this.folder, this.precision, this.scratch], {
      execArgv: process.execArgv,
    });
    child.on('message', (message) => {
      const row = message as Row;
      const known = this.least.get(row.what);
      // Only the first process may have to read weights from the disk.
      if (!known || (row.seconds < known.seconds && row.what !== FIRST))
        this.least.set(row.what, row);
    });
    const sampler = setInterval(
      () => (this.peak = Math.max(this.peak, anonymousMB(child.pid))),
      SAMPLE_MS,
    );
    const code = await new Promise((resolve) => child.on('close', resolve));
    clearInterval(sampler);
    if (code !== 0) throw new Error(`the measurement ended with exit code ${String(code)}`);
  }

  print(): void {
    console.log(`${this.precision}: time, processor time`);
    for (const { what, seconds, processor } of this.least.values())
      console.log(
        `${seconds.toFixed(2).padStart(7)} s ${processor.toFixed(1).padStart(6)} s  ${what}`,
      );
    console.log(`${String(this.peak).padStart(6)} MB  largest anonymous memory`);
  }
}

/** How far apart the two forms' pixels are, in levels of 255. */
function compareForms(scratch: string): void {
  for (const name of Object.keys(COMPARED)) {
    const [floats, bytes] = (['fp32', 'int8'] as const).map((precision) =>
      readFileSync(path.join(scratch, `${precision}-${name}`)),
    );
    if (!floats || !bytes) continue;
    let [largest, sum] = [0, 0];
    floats.forEach((value, i) => {
      const difference = Math.abs(value - (bytes[i] ?? 0));
      largest = Math.max(largest, difference);
      sum += difference ** 2;
    });
    const deviation = Math.sqrt(sum / floats.length).toFixed(2);
    console.log(
      `int8 from fp32, ${name}: ${largest} levels at most, ${deviation} root mean square`,
    );
  }
}

async function main(): Promise<void> {
  const [first, second, third, fourth] = process.argv.slice(2);
  if (first === '--child') return work(second ?? '', third as CpuPrecision, fourth ?? '');
  if (first === undefined) throw new Error('Give the folder of an installed PiSA-SR.');
  console.log(`${os.cpus()[0]?.model ?? ''}, ${os.availableParallelism()} threads`);
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'pu-bench-'));
  try {
    const forms = CPU_PRECISIONS.map((precision) => new FormFigures(first, precision, scratch));
    for (let round = 0; round < ROUNDS; round++) for (const form of forms) await form.measure();
    for (const form of forms) form.print();
    compareForms(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (second !== undefined && third !== undefined)
    process.stdout.write(
      execFileSync(second, [path.join(ROOT, 'test/reference/time_pytorch.py'), third], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
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
