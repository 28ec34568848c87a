/**
 * A model in 8 bits beside the same model in floats, in turns in one run, with both branches and
 * with the pixel branch alone: the least time of each, as shares of that in floats, and how far the
 * pictures are apart.
 *
 *   npm run bench:precision [-- --model ID --models-dir FOLDER --rounds 5 --side 256]
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { TiledModel } from '../src/engine/models/kinds/tiled';
import { ModelRegistry } from '../src/engine/models/registry';
import { openTileSession, type TileSession } from '../src/engine/runtime/session';
import { compareForms } from '../src/engine/trust/compareForms';
import { precisionPicture } from '../src/engine/trust/precisionPicture';
import { precisionVerdict } from '../src/engine/trust/precisionVerdict';
import { CPU_PRECISIONS, DEFAULT_MODEL } from '../src/shared/settings';
import { inWords } from '../src/shared/phrase';

type Entry = { readonly name: string; readonly session: TileSession; readonly times: number[] };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', default: DEFAULT_MODEL },
      'models-dir': { type: 'string', default: path.join(path.dirname(__dirname), 'models') },
      rounds: { type: 'string', default: '5' },
      side: { type: 'string', default: '256' },
    },
  });
  const [rounds, side] = [Number(values.rounds), Number(values.side)];
  const model = await new ModelRegistry([values['models-dir']]).find(values.model);
  if (!(model instanceof TiledModel) || !model.cpuPrecisions.includes('int8')) {
    console.log(`${values.model} has no form in 8 bits: there is nothing to compare.`);
    return;
  }
  const image = precisionPicture(side, side);
  console.log(
    `${model.manifest.id}, ${side}×${side}, ${os.availableParallelism()} threads of ` +
      `${os.cpus()[0]?.model ?? process.arch}, least of ${rounds}`,
  );
  for (const branches of [model.manifest.branches, ['pixel']]) {
    const entries: Entry[] = [];
    for (const precision of CPU_PRECISIONS) {
      const { graph } = model.inPrecision(precision);
      const session = await openTileSession(graph, 'cpu', branches);
      entries.push({ name: precision, session, times: [] });
      await session.run(image, side, side);
    }
    await inTurns(entries, image, { rounds, side });
    const [floats] = entries;
    const baseline = Math.min(...(floats?.times ?? []));
    for (const { name, times } of entries)
      console.log(
        `  ${branches.join(' + ').padEnd(18)} ${name}  ${Math.min(...times).toFixed(2)} s   ratio ` +
          (Math.min(...times) / baseline).toFixed(2),
      );
  }
  const { precision, reason } = precisionVerdict(model.manifest.id, await compareForms(model));
  console.log(`  what auto takes here: ${precision}, since ${inWords(reason)}`);
}

/** Runs each entry once a round, and closes it at the end. */
async function inTurns(
  entries: readonly Entry[],
  image: Float32Array,
  { rounds, side }: { readonly rounds: number; readonly side: number },
): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (const { session, times } of entries) {
      const started = performance.now();
      await session.run(image, side, side);
      times.push((performance.now() - started) / 1000);
    }
  for (const { session } of entries) await session.release();
}

void main();
