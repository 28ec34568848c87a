import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { parseRecipe, RecipeError } from '../../../src/batch/recipe';
import { plannedTargets } from '../../../src/batch/targets';
import { checkTarget, findPlace, publish } from '../../../src/engine/upscale/outputFile';
import { liesIn } from '../../../src/files/paths';
import { Place } from '../../../src/files/place';
import type { OutputTarget, UpscaleRequest } from '../../../src/shared/engineProtocol';
import { NamePatternError, OutputNameError } from '../../../src/shared/naming';
import { RpcError } from '../../../src/shared/rpc';
import { DEFAULT_SETTINGS, OVERWRITE_POLICIES } from '../../../src/shared/settings';
import { formatFromName } from '../../../src/shared/extensions';
import { temporaryName } from '../../../src/shared/temporaryFiles';

const base = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'pu-place-')));
after(() => rmSync(base, { recursive: true, force: true }));
const workspace = path.join(base, 'home/code/repo');
const at = (...names: string[]): string => path.join(workspace, ...names);

/** A home folder with a repository in it that holds every kind of link. */
function makeTree(): void {
  rmSync(base, { recursive: true, force: true });
  for (const folder of ['home/.ssh', 'home/pictures', 'home/code/other'])
    mkdirSync(path.join(base, folder), { recursive: true });
  for (const file of ['home/.bashrc', 'home/.ssh/authorized_keys', 'home/pictures/me.png'])
    writeFileSync(path.join(base, file), file);
  for (const folder of ['src/images', 'build', '.git/refs', 'drawable-mdpi'])
    mkdirSync(at(folder), { recursive: true });
  const links: Record<string, string> = {
    keys: '../../.ssh',
    up: '..',
    'src/out': '../../../pictures',
    'src/images/far': base,
    'src/inner': '../build',
    chain: 'src/out',
    nowhere: '../../.ssh/new',
    loop: 'loop',
    'taken.png': '../../pictures/me.png',
    'hollow.png': '../../pictures/new.png',
    'drawable-hdpi': '../../.ssh',
  };
  for (const [name, to] of Object.entries(links)) symlinkSync(to, at(name));
}

/** Everything outside the repository, with what it holds. */
function outside(folder = base): string {
  return readdirSync(folder)
    .map((name) => {
      const file = path.join(folder, name);
      if (file === workspace) return name;
      const info = lstatSync(file);
      if (info.isSymbolicLink()) return `${name}>${readlinkSync(file)}`;
      return info.isDirectory()
        ? `${name}(${outside(file)})`
        : `${name}=${readFileSync(file, 'utf8')}`;
    })
    .join();
}

/** Numbers that are the same in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const NAMES = [
  ...['a', 'icon', '..', '.', '...', '', '.bashrc', 'con', 'nul.tar', 'a:b', 'x ', 'x.', 'a\\b'],
  ...['authorized_keys', '.png', '{name}', '$&', '~', 'é', 'a\u200d', 'taken', 'hollow', '-rf'],
  ...['n'.repeat(240), 'm'.repeat(250), 'é'.repeat(125), '界'.repeat(83)],
];
const SEGMENTS = [
  ...['keys', 'up', 'src', 'out', 'images', 'far', 'inner', 'chain', 'nowhere', 'loop', 'new'],
  ...['..', '.', '', '.git', '.GIT', '.g\u200cit', 'git~1', 'aux', 'com1.x', 'C:', '~', 'a:b'],
  ...['{name}', '{model}', '{name}{name}', '.{name}', 'n'.repeat(300), '\\..', 'x.', '{name} '],
];
const ENDS = [
  ...['{name}.{ext}', '{name}@{scale}x.{ext}', '{name}', '{name}.png', '.{ext}', '{name}.sh'],
  ...['{name}/', 'authorized_keys', '{name}.png:x', '{name}.{ext}.', '{name}.png.{ext}', '.png'],
];
const OWN = ['', 'src', 'src/images', 'build', 'drawable-mdpi'];
const FOLDERS = [...OWN, 'src/inner', 'chain', 'keys'];
const MODELS = ['m', '..', '../..', 'a/../../b', 'aux', ''];

/** `npm test -- thorough` takes more. */
const CASES = Number(process.env.FUZZ_COUNT ?? 2000);

/** Writes as the engine does, but for the picture. */
async function write(request: UpscaleRequest, swap: (place: Place) => () => void): Promise<string> {
  const place = await findPlace(request, 'png');
  if ((await checkTarget(place, request)) === 'skip') return place.path;
  const temporary = temporaryName(request.jobId);
  await place.prepare(temporary);
  const undo = swap(place);
  const file = place.beside(temporary);
  try {
    await place.check();
    writeFileSync(file, 'picture', { flag: 'wx' });
    return await publish(file, place, request.overwrite);
  } finally {
    undo();
    rmSync(file, { force: true });
  }
}

/** Puts a link in a folder's place, as a checkout might between two steps. */
function swapFolder(place: Place): () => void {
  const folder = path.dirname(place.real);
  if (!existsSync(folder) || folder === workspace) return () => undefined;
  const aside = path.join(workspace, 'aside');
  renameSync(folder, aside);
  symlinkSync(path.join(base, 'home/pictures'), folder);
  return () => {
    unlinkSync(folder);
    renameSync(aside, folder);
  };
}

test(
  `${CASES} random names, patterns, links and recipes: nothing is written outside the folder, and ` +
    'each refusal has its sentence',
  async () => {
    const random = randomNumbers(7);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
    const counts: Record<string, number> = {};
    let untouched = '';
    for (let round = 0; round < CASES; round++) {
      if (round % 200 === 0) {
        makeTree();
        untouched = outside();
      }
      const folder = pick(FOLDERS);
      const name = `${pick(NAMES)}.png`;
      const middle = Array.from({ length: Math.floor(random() * 3) }, () => pick(SEGMENTS));
      const pattern = [...middle, pick(ENDS)].join('/');
      const input = path.join(workspace, folder) + path.sep + name;
      const what = { round, folder, name, pattern };
      const overwrite = pick(OVERWRITE_POLICIES);
      const model = pick(MODELS);
      let outcome = 'written';
      try {
        let target: OutputTarget;
        const way = random();
        if (way < 0.5) {
          target = {
            kind: 'pattern',
            directory: path.dirname(input),
            pattern,
            // Without a word about it the source's own folder is meant, wherever it lies.
            ...(random() < 0.5 && OWN.includes(folder) ? {} : { within: workspace }),
          };
        } else {
          const recipe = parseRecipe(
            JSON.stringify({
              rules: [
                {
                  files: '**',
                  model: model === '' ? 'm' : model,
                  ...(way < 0.8
                    ? { output: pattern }
                    : { density: pick(['apple', 'android', 'flutter', 'web']) }),
                },
              ],
            }),
          );
          const relative = path.posix.join(folder, name);
          const planned = recipe.rules[0]!.targets.flatMap((rule) =>
            plannedTargets(relative, DEFAULT_SETTINGS, rule, new Set()),
          );
          const output = pick(planned).outputFor({ width: 8, height: 8 });
          target = { kind: 'file', path: path.join(workspace, output), within: workspace };
        }
        const { scale, guidance } = DEFAULT_SETTINGS;
        const request = { input, target, overwrite, model, scale, guidance, jobId: `job-${round}` };
        const written = await write(
          request as UpscaleRequest,
          random() < 0.2 ? swapFolder : () => () => undefined,
        );
        const real = realpathSync(written);
        const isSkipped = readFileSync(real, 'utf8') !== 'picture';
        if (isSkipped) outcome = 'skipped';
        else {
          const home = 'within' in target ? workspace : path.dirname(input);
          assert.ok(liesIn(home, real), JSON.stringify(what));
          assert.notEqual(formatFromName(path.basename(real)), undefined, JSON.stringify(what));
          assert.ok(!/^[. ]*\.\w+$/.test(path.basename(real)), JSON.stringify(what));
          assert.doesNotMatch(
            path.relative(workspace, real),
            /(^|\/)\.git\//i,
            JSON.stringify(what),
          );
          assert.ok(statSync(real).isFile());
        }
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        assert.ok(
          error instanceof RpcError ||
            error instanceof RecipeError ||
            error instanceof NamePatternError ||
            error instanceof OutputNameError,
          `${JSON.stringify(what)}: ${error instanceof Error ? (error.stack ?? '') : ''}`,
        );
        assert.match(error.message, /^.{15,}\.$/su, JSON.stringify(what));
        if (error instanceof RpcError)
          assert.ok(error.hint?.endsWith('.') || error.remedies.length > 0, JSON.stringify(what));
        outcome = error instanceof RpcError ? error.code : error.constructor.name;
      }
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      assert.equal(outside(), untouched, JSON.stringify(what));
    }
    // Each kind of end was reached, so the test looks at what it says.
    for (const kind of ['written', 'output-outside', 'output-name', 'name-too-long'])
      assert.ok((counts[kind] ?? 0) > 10, `${kind}: ${JSON.stringify(counts)}`);
  },
);

test('a target that is a link is neither followed nor replaced', async () => {
  makeTree();
  for (const name of ['taken.png', 'hollow.png']) {
    const place = await Place.find({ path: at(name), within: workspace });
    await assert.rejects(place.checkReplaceable(), { code: 'output-unwritable' });
    assert.equal(await place.occupant(), 'other');
  }
});

test('a name that is too long is told before any work, and no folder is made for it', async () => {
  makeTree();
  const place = await Place.find({ path: at('src', `${'é'.repeat(126)}.png`), within: workspace });
  await assert.rejects(place.prepare(), {
    code: 'name-too-long',
    message: /is too long for .*src\.$/,
  });
});

test('a folder that was allowed and has become a link is refused', async () => {
  makeTree();
  const root = at('build');
  const wanted = { path: path.join(root, 'a.png'), within: root };
  const place = await Place.find(wanted);
  renameSync(root, at('aside'));
  symlinkSync(path.join(base, 'home/pictures'), root);
  for (const step of [() => place.check(), () => place.prepare(), () => Place.find(wanted)])
    await assert.rejects(step(), { code: 'output-outside', message: /has become a link/ });
});

test('what a person names themselves may lie anywhere, but is a picture', async () => {
  makeTree();
  const named = await Place.find({ path: at('keys/mine.png') });
  assert.equal(named.real, path.join(base, 'home/.ssh/mine.png'));
  assert.equal(named.path, at('keys/mine.png'));
  for (const name of ['authorized_keys', '.png', 'x.sh'])
    await assert.rejects(Place.find({ path: at(name) }), { code: 'output-name' });
});
