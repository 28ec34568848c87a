/**
 * Seconds for a tile of 128×128 pixels of community models, in this program and in PyTorch
 * (spandrel), in turns on the same machine; test/reference/make_community_full_size.py makes files of
 * every network:
 *
 *   node --import tsx bench/communityModels.ts <python with torch and spandrel> <file>…
 */
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { manifestOf } from '../src/engine/models/community/manifestOf';
import { recogniseFile } from '../src/engine/models/community/recognise';
import { CheckpointModel } from '../src/engine/models/kinds/checkpoint';
import { openTileSession } from '../src/engine/runtime/session';

const SIDE = 128;
const RUNS = 2;
/** Turns of both; the best of each counts, for on a shared machine others are at work, too. */
const TURNS = 2;

/** Best of some runs after one that prepares. */
async function ours(file: string): Promise<number> {
  const model = new CheckpointModel(manifestOf(await recogniseFile(file)), os.tmpdir());
  const session = await openTileSession(model.graph, 'cpu', model.manifest.branches);
  const image = new Float32Array(3 * SIDE * SIDE).fill(0.5);
  let best = Infinity;
  for (let run = 0; run <= RUNS; run++) {
    const started = performance.now();
    await session.run(image, SIDE, SIDE);
    if (run > 0) best = Math.min(best, (performance.now() - started) / 1000);
  }
  await session.release();
  return best;
}

/** The same with spandrel, in a process of its own. */
function theirs(python: string, file: string): number | undefined {
  const code = `
import sys, time, torch
from spandrel import ModelLoader
torch.set_num_threads(${os.availableParallelism()})
model = ModelLoader().load_from_file(sys.argv[1]).eval()
x = torch.full((1, model.input_channels, ${SIDE}, ${SIDE}), 0.5)
best = 1e9
with torch.inference_mode():
    for run in range(${RUNS} + 1):
        started = time.perf_counter()
        model(x)
        if run > 0: best = min(best, time.perf_counter() - started)
print(best)`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', code, file], {
    encoding: 'utf8',
    cwd: path.dirname(file),
  });
  // It knows some networks by weights only that a file for use alone lacks.
  if (/UnsupportedModelError|Missing key/.test(stderr)) return undefined;
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

const [python, ...files] = process.argv.slice(2);
if (python === undefined || files.length === 0)
  throw new Error('Name a Python with spandrel, then files.');
const measureAll = async (): Promise<void> => {
  for (const file of files) {
    let own = Infinity;
    let other: number | undefined;
    for (let turn = 0; turn < TURNS; turn++) {
      own = Math.min(own, await ours(path.resolve(file)));
      const seconds = theirs(python, path.resolve(file));
      if (seconds !== undefined) other = Math.min(other ?? Infinity, seconds);
    }
    const beside =
      other === undefined
        ? 'spandrel does not load it'
        : `PyTorch ${other.toFixed(2)} s, ratio ${(own / other).toFixed(2)}`;
    console.log(`${path.basename(file)}: ${own.toFixed(2)} s, ${beside}`);
  }
};
void measureAll();
