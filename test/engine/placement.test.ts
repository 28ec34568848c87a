// Where results go, through the real engine and the command line.
import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { RunRegistry } from '../../src/batch/runs/runRegistry';
import { runsFolder } from '../../src/batch/stateRoot';
import { Batch } from '../../src/batch/batch';
import { EngineClient } from '../../src/client/engineClient';
import { RpcError } from '../../src/shared/rpc';
import { DEFAULT_SETTINGS, OVERWRITE_POLICIES } from '../../src/shared/settings';
import { MODEL, quickCli, treeOf, succeeds } from './batch/batchSupport';
import {
  callFor,
  EMBEDDED_MODELS,
  ENGINE,
  NO_STORE,
  temporaryFolder,
  TEST_MODELS,
  writePng,
} from './support';

const cli = quickCli();
const base = realpathSync(temporaryFolder());
let client: EngineClient;
let count = 0;

before(() => {
  client = new EngineClient({
    entry: ENGINE,
    modelFolders: [EMBEDDED_MODELS, TEST_MODELS],
    store: NO_STORE,
    idleSeconds: 60,
    log: () => undefined,
  });
});
after(() => client.dispose());

type Home = { readonly home: string; readonly root: string; readonly state: string };

/** A home folder with keys in it and a repository that links to them. */
async function makeHome(): Promise<Home> {
  const home = path.join(base, `home-${++count}`);
  const root = path.join(home, 'code/repo');
  for (const folder of ['.ssh', 'pictures', 'code/repo/drawable-mdpi', 'code/repo/.git'])
    mkdirSync(path.join(home, folder), { recursive: true });
  writeFileSync(path.join(home, '.ssh/authorized_keys'), 'mine');
  symlinkSync('../../.ssh', path.join(root, 'keys'));
  symlinkSync('../../.ssh', path.join(root, 'drawable-hdpi'));
  symlinkSync('../../pictures/new.png', path.join(root, 'a@4x.png'));
  for (const name of ['a.png', '...png', 'authorized_keys.png', 'drawable-mdpi/b.png'])
    await writePng(path.join(root, name), 8, 8);
  return { home, root, state: path.join(base, `state-${count}`) };
}

/** What lies in the home folder outside the repository, as it was at the start. */
function assertUntouched({ home }: Home): void {
  assert.deepEqual(readdirSync(path.join(home, '.ssh')), ['authorized_keys']);
  assert.equal(readFileSync(path.join(home, '.ssh/authorized_keys'), 'utf8'), 'mine');
  assert.deepEqual(readdirSync(path.join(home, 'pictures')), []);
  assert.deepEqual(readdirSync(home).sort(), ['.ssh', 'code', 'pictures']);
  assert.deepEqual(readdirSync(path.join(home, 'code')), ['repo']);
}

for (const [title, input, pattern, sentence] of [
  ['a link', 'authorized_keys.png', 'keys/{name}', /must end in \.\{ext\}/],
  ['a link and an extension', 'authorized_keys.png', 'keys/{name}.{ext}', /would lie outside/],
  ['a name of dots', '...png', '{name}/{name}/.ssh/authorized_keys', /must end in/],
  ['dots and an extension', '...png', '{name}/{name}/.ssh/x.{ext}', /can't be called/],
  ['version control', 'a.png', '.git/{name}.{ext}', /belongs to version control/],
] as const)
  test(`the command line lets no pattern write outside: ${title}`, async () => {
    const place = await makeHome();
    const arguments_ = ['--name', pattern, '--overwrite', '--json'];
    const { status, stdout } = await cli(
      place.root,
      place.state,
      ...MODEL,
      `./${input}`,
      ...arguments_,
    );
    assert.equal(status, 1);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.match(error.message, sentence);
    assertUntouched(place);
    assert.deepEqual(readdirSync(path.join(place.root, '.git')), []);
  });

test('a density set does not follow a link that stands for one of its folders', async () => {
  const place = await makeHome();
  const { status, stderr } = await cli(
    place.root,
    place.state,
    ...MODEL,
    'drawable-mdpi/b.png',
    ...['--density', 'android'],
  );
  assert.equal(status, 1);
  assert.match(stderr, /would lie outside/);
  assert.ok(existsSync(path.join(place.root, 'drawable-xhdpi/b.png')), 'the others are made');
  assertUntouched(place);
});

for (const leads of ['to a file', 'to nothing'] as const)
  for (const overwrite of OVERWRITE_POLICIES)
    test(`a result is not written through a link ${leads} that has its name: ${overwrite}`, async () => {
      const place = await makeHome();
      const link = path.join(place.root, 'a@4x.png');
      const target = path.join(place.home, 'pictures/new.png');
      if (leads === 'to a file') writeFileSync(target, 'theirs');
      const call = callFor(path.join(place.root, 'a.png'), { overwrite });
      const isRefused =
        overwrite === 'overwrite' || (overwrite === 'skip' && leads === 'to nothing');
      if (isRefused) await assert.rejects(client.upscale(call), { code: 'output-unwritable' });
      else {
        const { skipped, output } = await client.upscale(call);
        assert.equal(skipped, overwrite === 'skip');
        if (!skipped) assert.equal(path.basename(output), 'a@4x-2.png');
      }
      assert.ok(lstatSync(link).isSymbolicLink());
      if (leads === 'to a file') {
        assert.equal(readFileSync(target, 'utf8'), 'theirs');
        rmSync(target);
      }
      assertUntouched(place);
    });

test('what --out names may be a link: the person chose it', async () => {
  const place = await makeHome();
  const pictures = path.join(place.home, 'pictures');
  symlinkSync('../../pictures', path.join(place.root, 'mine'));
  for (const out of ['mine', 'mine/named.png'])
    succeeds(await cli(place.root, place.state, ...MODEL, 'a.png', '--out', out));
  assert.deepEqual(readdirSync(pictures), ['a@4x.png', 'named.png']);
});

test('a name that is too long is told before the work', async () => {
  const place = await makeHome();
  const input = await writePng(path.join(place.root, `${'n'.repeat(250)}.png`), 8, 8);
  const phases: string[] = [];
  await assert.rejects(
    client.upscale(callFor(input), { onProgress: ({ phase }) => phases.push(phase) }),
    { code: 'name-too-long', message: /is too long/ },
  );
  assert.deepEqual(
    phases.filter((phase) => phase !== 'prepare'),
    [],
  );
});

test('between plan and start a folder became a link: nothing is written through it', async () => {
  for (const swapped of ['out', '.']) {
    const place = await makeHome();
    const root = path.join(place.root, 'batch');
    mkdirSync(path.join(root, 'out'), { recursive: true });
    await writePng(path.join(root, 'a.png'), 8, 8);
    const settings = { ...DEFAULT_SETTINGS, model: 'one-layer-4x', device: 'cpu' } as const;
    const batch = new Batch(
      {
        root,
        inputs: [root],
        exclude: [],
        respectGitignore: true,
        minimumSide: 8,
        settingsFor: () => ({ ...settings, namePattern: 'out/{name}.{ext}' }),
        stateFolder: place.state,
        device: 'cpu',
        runs: new RunRegistry(runsFolder()),
        place: 'terminal',
        modelFolders: [EMBEDDED_MODELS, TEST_MODELS],
      },
      client,
    );
    const plan = await batch.plan();
    const [item] = plan.items.filter(({ status }) => status === 'todo');
    const folder = path.join(root, swapped);
    renameSync(folder, path.join(place.root, 'aside'));
    if (swapped === '.') {
      // The same pictures, so that only where they lie is another.
      mkdirSync(path.join(place.root, 'elsewhere/out'), { recursive: true });
      await writePng(path.join(place.root, 'elsewhere/a.png'), 8, 8);
      symlinkSync('elsewhere', root);
    } else symlinkSync('../../../pictures', folder);
    const { report } = await batch.start(plan, new Set([item!.id]), () => undefined);
    const { outcomes } = await report;
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      ['failed'],
    );
    assert.match(outcomes[0]!.message!, /would lie outside|has become a link/);
    assert.ok(!existsSync(path.join(place.root, 'elsewhere/out/a.png')));
    assertUntouched(place);
  }
});

test('200 random patterns through the real engine: nothing outside, a sentence each', async () => {
  const place = await makeHome();
  let state = 3;
  const pick = <T>(values: readonly T[]): T => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return values[Math.floor((state / 2 ** 32) * values.length)]!;
  };
  const before = treeOf(place.root);
  let written = 0;
  for (let round = 0; round < 200; round++) {
    const folders = pick([[], ['keys'], ['new'], ['keys', '..'], ['{name}'], ['drawable-hdpi']]);
    const end = pick(['{name}.{ext}', '{name}', '{name}-{model}.{ext}', '.{ext}', '{name}.png']);
    const input = path.join(place.root, pick(['a.png', '...png', 'drawable-mdpi/b.png']));
    const pattern = [...folders, end].join('/');
    const target = {
      kind: 'pattern',
      directory: path.dirname(input),
      pattern,
      within: place.root,
    } as const;
    try {
      const call = callFor(input, { target, scale: 1, overwrite: pick(OVERWRITE_POLICIES) });
      const { output, skipped } = await client.upscale(call);
      assert.ok(realpathSync(output).startsWith(`${place.root}${path.sep}`), pattern);
      if (!skipped) written++;
    } catch (error) {
      assert.ok(error instanceof RpcError, String(error));
      assert.match(error.message, /^.{15,}\.$/su, pattern);
      assert.notEqual(error.code, 'internal', error.message);
      assert.ok(error.hint !== undefined || error.remedies.length > 0, error.message);
    }
  }
  assert.ok(written > 30, `${written} written`);
  assertUntouched(place);
  const after_ = treeOf(place.root);
  for (const [name, hash] of Object.entries(before)) assert.equal(after_[name], hash, name);
});
