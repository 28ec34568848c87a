import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RunRegistry } from '../../../src/batch/runs/runRegistry';
import { runsFolder } from '../../../src/batch/stateRoot';
import { Batch } from '../../../src/batch/batch';
import { EngineClient } from '../../../src/client/engineClient';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { scratchOf } from '../../harness/scratch';
import { ENGINE, NO_STORE, temporaryFolder, TEST_MODELS } from '../support';
import { randomFrom } from '../assets/mutate';
import { MODEL, PLACES, quickCli, startCli, treeOf, writePictures } from './batchSupport';

const PICTURES = process.env.THOROUGH ? 40 : 24;
/** `npm test -- thorough` takes 20, and more pictures. */
const MOMENTS = Number(process.env.KILL_MOMENTS ?? 4);
const SEED = Number(process.env.KILL_SEED ?? 4711);
/** Some moments lie before the first output. */
const LATEST_MS = 1500;

/** What comes before a run that is killed, and after it. */
const cli = quickCli();
const folder = temporaryFolder();
const source = path.join(folder, 'source');
const RECIPE = JSON.stringify({ rules: [{ files: '**/*', model: 'one-layer-4x' }] });
/** With a recipe there is a lock, too. */
const kinds = { plain: false, recipe: true } as const;
const reference: Record<string, { tree: Record<string, string> }> = {};

function fresh(name: string, withRecipe: boolean): { root: string; state: string } {
  const root = path.join(folder, name);
  cpSync(source, root, { recursive: true });
  if (withRecipe) writeFileSync(path.join(root, '.pisa-upscale.json'), RECIPE);
  return { root, state: path.join(folder, `${name}-state`) };
}

before(async () => {
  mkdirSync(source);
  await writePictures(source, PICTURES);
  for (const [kind, withRecipe] of Object.entries(kinds)) {
    const { root, state } = fresh(`reference-${kind}`, withRecipe);
    const { status, stderr } = await cli(root, state, '.', ...(withRecipe ? PLACES : MODEL));
    assert.equal(status, 0, stderr);
    reference[kind] = { tree: treeOf(root) };
    assert.equal(Object.keys(reference[kind].tree).length, 2 * PICTURES + (withRecipe ? 2 : 0));
  }
});

/** Outputs by their names only: the engine may still be tidying up. */
const madeIn = (root: string): number =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('@4x'))
    .length;

const leftovers = (pid: number): string[] => scratchOf(pid);

test(
  `the command line, killed at ${MOMENTS} moments (seed ${SEED}), goes on to the same ` +
    'bytes, nothing missing, doubled or half-written',
  async (t) => {
    const random = randomFrom(SEED);
    let interrupted = 0;
    for (let i = 0; i < MOMENTS; i++) {
      const kind = i % 2 === 0 ? 'plain' : 'recipe';
      const { tree } = reference[kind]!;
      const { root, state } = fresh(`cli-${i}`, kinds[kind]);
      const options = kinds[kind] ? PLACES : MODEL;
      const child = startCli(root, state, '.', ...options);
      const over = new Promise((resolve) => child.on('close', resolve));
      await delay(random() * LATEST_MS);
      const wanted = Math.floor(random() * PICTURES);
      while (child.exitCode === null && madeIn(root) < wanted) await delay(1);
      child.kill('SIGKILL');
      await over;
      const made = madeIn(root);
      if (made > 0 && made < PICTURES) interrupted++;
      const second = await cli(root, state, '.', ...options, '--json');
      assert.equal(second.status, 0, `moment ${i}: ${second.stderr}`);
      assert.deepEqual(treeOf(root), tree, `moment ${i}`);
      const redone = second.stdout.split('\n').filter((line) => line !== '').length;
      assert.ok(
        redone <= PICTURES - made,
        `moment ${i}: ${made} were there, ${redone} were made after that`,
      );
      assert.deepEqual(leftovers(child.pid!), []);
      const third = await cli(root, state, '.', ...options, '--json');
      assert.deepEqual([third.status, third.stdout], [0, ''], 'then there is nothing to do');
    }
    t.diagnostic(`${interrupted} of ${MOMENTS} were killed between the first and the last output`);
    assert.ok(interrupted > 0);
  },
);

test(
  `the engine, killed at ${MOMENTS} moments (seed ${SEED}), is started again and the ` +
    'run ends with the same bytes',
  async (t) => {
    const random = randomFrom(SEED + 1);
    let killed = 0;
    for (let i = 0; i < MOMENTS; i++) {
      const { root, state } = fresh(`engine-${i}`, false);
      const client = new EngineClient({
        entry: ENGINE,
        modelFolders: [TEST_MODELS],
        store: NO_STORE,
        idleSeconds: 60,
        log: () => undefined,
      });
      try {
        const settings = { ...DEFAULT_SETTINGS, model: 'one-layer-4x' };
        const batch = new Batch(
          {
            root,
            inputs: [root],
            exclude: [],
            respectGitignore: true,
            minimumSide: 8,
            settingsFor: () => settings,
            stateFolder: state,
            device: 'cpu',
            runs: new RunRegistry(runsFolder()),
            place: 'terminal',
            modelFolders: [TEST_MODELS],
          },
          client,
        );
        const plan = await batch.plan();
        const moment = Math.floor(random() * PICTURES);
        let finished = 0;
        const { report } = await batch.start(
          plan,
          new Set(plan.items.map(({ id }) => id)),
          (event) => {
            if (
              event.kind !== 'finished' ||
              finished++ !== moment ||
              client.processId === undefined
            )
              return;
            killed++;
            process.kill(client.processId, 'SIGKILL');
          },
        );
        const { outcomes } = await report;
        assert.deepEqual(
          outcomes.filter(({ state }) => state !== 'done'),
          [],
          `moment ${i}`,
        );
        assert.equal(new Set(outcomes.map(({ id }) => id)).size, PICTURES);
        assert.deepEqual(treeOf(root), reference.plain!.tree, `moment ${i}`);
        assert.ok(
          !existsSync(state) || readdirSync(state).every((name) => !name.startsWith('journal-')),
        );
      } finally {
        await client.dispose();
      }
    }
    t.diagnostic(`killed ${killed} times`);
    assert.equal(killed, MOMENTS);
  },
);
