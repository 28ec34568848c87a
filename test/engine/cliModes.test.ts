// One way through the command line: what is honoured, refused and told is the same for pictures
// that are named, for folders, globs and recipes.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { sniffed } from '../../src/engine/image/containers/sniff';
import { OPTION_MODES } from '../../src/cli/optionModes';
import { MODEL, PLACES, quickCli, treeOf, type CliRun, succeeds } from './batch/batchSupport';
import { CLI, pixelsOf, temporaryFolder, writePng } from './support';

const cli = quickCli();
const base = temporaryFolder();
let count = 0;

type Folder = {
  readonly root: string;
  readonly run: (...args: string[]) => Promise<CliRun>;
  readonly objects: (...args: string[]) => Promise<Record<string, unknown>[]>;
};

/** A folder with pictures of these names. */
async function folderWith(...names: string[]): Promise<Folder> {
  const root = path.join(base, `case-${++count}`);
  mkdirSync(root);
  for (const name of names) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    await writePng(path.join(root, name), 10, 8);
  }
  const run = (...args: string[]): Promise<CliRun> => cli(root, `${root}-state`, ...MODEL, ...args);
  return {
    root,
    run,
    objects: async (...args) =>
      (await run(...args, '--json')).stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const codeOf = (line: Record<string, unknown>): string | undefined =>
  (line.error as { code: string } | undefined)?.code;

test('the table of options is complete', () => {
  const { stdout } = spawnSync(process.execPath, [CLI, 'upscale', '--help'], { encoding: 'utf8' });
  const known = Object.values(OPTION_MODES).flatMap(({ flag }) => flag.split(' and '));
  const offered = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag!);
  assert.ok(offered.length > 30);
  assert.deepEqual(offered.filter((flag) => flag !== '--help').sort(), known.sort());
});

test('what a mode can’t honour is refused before anything is done', async () => {
  const { root, run } = await folderWith('sub/a.png', 'sub/b.png');
  const before = treeOf(root);
  const noModel = (...args: string[]): Promise<CliRun> =>
    cli(root, `${root}-state`, ...PLACES, ...args);
  for (const [result, sentence] of [
    [await run('sub', '--tile', '64'), /--tile holds for pictures that are named/],
    [await run('sub/*.png', '--region', '0,0,4,4'), /--region holds for pictures that are named/],
    [await run('sub/a.png', '--force'), /--force holds for folders/],
    [
      await run('sub/a.png', '--density', 'apple', '--width', '77'),
      /Only one of --width and --density/,
    ],
    [await run('sub/a.png', '--scale', '2', '--width', '77'), /Only one of --scale and --width/],
    [await run('sub', '--overwrite', '--skip-existing'), /contradict each other/],
    [await run('sub/a.png', '--fit', 'fill', '--width', '9'), /--fit says how/],
    [
      await run('sub/a.png', 'sub/b.png', '--out', 'new.png'),
      /names one file, but there may be several/,
    ],
    [await run('sub', '--out', 'new.png'), /names one file, but there may be several/],
    [await run('sub/a.png', '--density', 'web', '--out', 'new.png'), /there may be several/],
    [await run('sub/a.png', '--out', 'new.png', '--name', '{name}.{ext}'), /--name has no effect/],
    [await noModel('--merge-lock', '--scale', '2'), /--scale has no effect on --merge-lock/],
  ] as const) {
    assert.equal(result.status, 1, result.stderr);
    assert.match(result.stderr, sentence);
    assert.equal(result.stdout, '');
  }
  writeFileSync(path.join(root, '.pisa-upscale.json'), '{ "rules": [{ "files": "**/*" }] }');
  for (const option of ['--scale=8', '--format=webp', '--density=web', '--overwrite', '--out=o'])
    assert.match((await noModel(option)).stderr, /has no effect under a recipe/);
  assert.deepEqual(Object.keys(treeOf(root)).sort(), [
    '.pisa-upscale.json',
    ...Object.keys(before),
  ]);
});

test('two sources with one result: the second is refused before anything is written', async () => {
  for (const [arguments_, made] of [
    [['a/icon.png', 'b/icon.png', '--out', 'o', '--overwrite'], 'o/icon@4x.png'],
    [['a/icon.png', 'b/icon.png', '--out', 'o', '--skip-existing'], 'o/icon@4x.png'],
    [['a/icon.png', 'b/icon.png', '--out', 'o', '--density', 'flutter'], 'o/2.0x/icon.png'],
    [['icon.png', 'icon.jpg', '--format', 'webp', '--overwrite'], 'icon@4x.webp'],
    [['Icon.png', 'icon.PNG', '--out', 'o', '--overwrite'], 'o/Icon@4x.png'],
  ] as const) {
    const { root, run, objects } = await folderWith(
      ...arguments_.filter((one) => /\.\w+$/.test(one)),
    );
    const dry = await run(...arguments_, '--dry-run');
    assert.equal(dry.status, 1, dry.stderr);
    const lines = await objects(...arguments_);
    assert.ok(
      lines.some((line) => codeOf(line) === 'output-collision'),
      JSON.stringify(lines),
    );
    assert.ok(existsSync(path.join(root, made)));
    const first = readFileSync(path.join(root, made));
    assert.equal((await run(...arguments_)).status, 1);
    assert.deepEqual(readFileSync(path.join(root, made)), first);
  }
  const free = await folderWith('icon.png', 'icon.jpg');
  const notes = (await free.objects('icon.png', 'icon.jpg', '--format', 'webp')).map(
    (line) => line.notes,
  );
  assert.deepEqual(notes, [
    [],
    ['icon@4x.webp is there already, so the next free name was taken.'],
  ]);
  const { run } = await folderWith('icon.png', 'icon.jpg');
  const folder = await run('.', '--format', 'webp');
  assert.equal(folder.status, 1, folder.stderr);
  assert.match(folder.stderr, /is the output of .*, too/);
  assert.match(folder.stderr, /Rename one of them, change the name pattern, or leave one out/);
});

test('no picture that is to be upscaled is replaced by another one’s result', async () => {
  const { root, objects } = await folderWith('a.png', 'a-big.png');
  const before = readFileSync(path.join(root, 'a-big.png'));
  const lines = await objects('a.png', 'a-big.png', '--name', '{name}-big.{ext}', '--overwrite');
  assert.deepEqual(lines.map(codeOf), ['output-collision', undefined]);
  assert.deepEqual(readFileSync(path.join(root, 'a-big.png')), before);
});

test('a picture whose name says another format than its bytes is planned as it is written', async () => {
  for (const [names, options, codes] of [
    [
      ['icon.png', 'icon@4x.jpg'],
      ['--again', '--overwrite'],
      ['output-collision', undefined],
    ],
    [
      ['icon.png', 'icon.jpg'],
      ['--out', 'o', '--overwrite'],
      [undefined, 'output-collision'],
    ],
    [
      ['icon.png', 'icon.jpg'],
      ['--out', 'o', '--skip-existing'],
      [undefined, 'output-collision'],
    ],
    // A folder may be reached by a link, and a picture as well.
    [['icon.png', 'link/icon.jpg'], ['--overwrite'], [undefined, 'output-collision']],
    [
      ['icon.png', 'to.jpg'],
      ['--again', '--overwrite'],
      ['output-collision', undefined],
    ],
  ] as const) {
    const { root, run, objects } = await folderWith();
    const picture = { create: { width: 10, height: 8, channels: 3, background: 'teal' } } as const;
    const made = await sharp(picture).jpeg().toBuffer();
    for (const name of ['icon.png', 'icon.jpg', 'icon@4x.jpg'])
      writeFileSync(path.join(root, name), made);
    symlinkSync('icon@4x.jpg', path.join(root, 'to.jpg'));
    symlinkSync('.', path.join(root, 'link'));
    const before = treeOf(root);
    const dry = await objects(...names, ...options, '--dry-run');
    assert.deepEqual(dry.map(codeOf), codes, names.join());
    const lines = await objects(...names, ...options);
    assert.deepEqual(lines.map(codeOf), codes, names.join());
    assert.equal((await run(...names, ...options)).status, 1);
    for (const [index, line] of lines.entries())
      if (codeOf(line) === undefined) assert.equal(line.output, dry[index]!.output);
    const after = treeOf(root);
    for (const name of names.filter((one) => one in before))
      assert.equal(after[name], before[name], name);
  }
  const { root, run } = await folderWith();
  await sharp({ create: { width: 10, height: 8, channels: 3, background: 'teal' } })
    .jpeg()
    .toFile(path.join(root, 'icon.jpg'));
  renameSync(path.join(root, 'icon.jpg'), path.join(root, 'icon.png'));
  for (const [options, output] of [
    [['icon.png', '--overwrite'], 'icon@4x.jpg'],
    [['icon.png'], 'icon@4x.jpg'],
    [['icon.png', '--name', '{name}-big.webp'], 'icon-big.webp'],
    [['icon.png', '--out', 'o.png'], 'o.png'],
    // In a folder the name decides, since shards tell their results by names alone.
    [['.'], 'icon@4x.png'],
  ] as const) {
    const dry = await run(...options, '--dry-run');
    assert.match(dry.stdout, new RegExp(`(?:→|->) ${output.replace('.', '\\.')} `), dry.stdout);
    rmSync(path.join(root, output), { force: true });
    assert.equal((await run(...options)).status, 0);
    assert.ok(existsSync(path.join(root, output)), output);
    rmSync(path.join(root, output));
  }
});

test('a set in another folder has its platform’s folders, and a srcset that leads to the source', async () => {
  const night = 'res/drawable-night-mdpi/bg.png';
  const names = ['res/mipmap-mdpi/ic.png', night, 'res/drawable-mdpi/bg.png'] as const;
  const { root, run } = await folderWith(
    ...names,
    'assets/1.0x/i.png',
    'web/a b.png',
    'L.scale-200.png',
  );
  succeeds(await run(...names, '--density', 'android', '--out', 'o'));
  for (const made of ['mipmap-hdpi/ic.png', 'drawable-night-hdpi/bg.png', 'drawable-hdpi/bg.png'])
    assert.ok(existsSync(path.join(root, 'o', made)), made);
  succeeds(await run('assets/1.0x/i.png', '--density', 'flutter'));
  assert.ok(existsSync(path.join(root, 'assets/2.0x/i.png')));
  const web = await run('web/a b.png', '--density', 'web', '--out', 'webo');
  assert.match(web.stdout, /srcset="\.\.\/web\/a%20b\.png 1x, a%20b@2x\.png 2x, a%20b@3x\.png 3x"/);
  const windows = await run('L.scale-200.png');
  assert.match(windows.stdout, /skipped: Its name says that it is the ×2 picture of a set/);
});

test('what is missing, damaged or matches nothing is an object with an error, in every mode', async () => {
  const { root, run, objects } = await folderWith('sub/good.png');
  writeFileSync(path.join(root, 'sub/broken.png'), 'no picture');
  const named = await objects('sub/good.png', 'sub/broken.png', 'missing.png');
  assert.deepEqual(named.map(codeOf), [undefined, 'input-not-an-image', 'input-missing']);
  const folder = await objects('sub', 'missing.png', 'nothing-*.png');
  const failed = folder.filter((line) => codeOf(line) !== undefined);
  assert.deepEqual(failed.map(({ input }) => path.basename(String(input))).sort(), [
    'broken.png',
    'missing.png',
    'nothing-*.png',
  ]);
  assert.equal((await run('sub', 'missing.png')).status, 1);
  const nothing = await run('nothing-*.png');
  assert.deepEqual([nothing.status, nothing.stdout], [1, '']);
  assert.match(nothing.stderr, /nothing-\*\.png: No picture matches it/);
  assert.equal((await run('sub', '--check')).status, 1);
});

test('globs above this folder and absolute ones find what they name', async () => {
  const { root, run } = await folderWith('x/a.png', 'y/b.png', 'y/[c]/d.png');
  const inside = path.join(root, 'x');
  for (const [glob, made] of [
    ['../y/*.png', 'y/b@4x.png'],
    [path.join(root, 'x/*.png'), 'x/a@4x.png'],
    [path.join(root, 'y/*/*.png'), 'y/[c]/d@4x.png'],
  ] as const) {
    const { status, stderr } = await cli(inside, `${root}-state`, ...MODEL, glob);
    assert.equal(status, 0, stderr);
    assert.ok(existsSync(path.join(root, made)), made);
  }
  writeFileSync(path.join(inside, '.pisa-upscale.json'), '{ "rules": [{ "files": "**/*" }] }');
  const above = await cli(inside, `${root}-state`, ...PLACES, '../y/*.png');
  assert.equal(above.status, 1, above.stderr);
  assert.match(above.stderr, /lies outside .*, the folder of the recipe/);
  succeeds(await run('x', '--no-recipe'));
});

test('folders take --density, --again and --skip-existing as named pictures do', async () => {
  const { root, run } = await folderWith('s/a.png', 's/b@2x.png');
  succeeds(await run('s', '--density', 'flutter'));
  assert.deepEqual(readdirSync(path.join(root, 's')).sort(), ['2.0x', '3.0x', 'a.png', 'b@2x.png']);
  succeeds(await run('s/*.png', '--again'));
  assert.ok(existsSync(path.join(root, 's/b@2x@4x.png')));
  await writePng(path.join(root, 's/a.png'), 12, 9);
  const before = readFileSync(path.join(root, 's/a@4x.png'));
  const left = await run('s/a.png', 's/*.png', '--skip-existing');
  assert.equal(left.status, 0, left.stderr);
  assert.deepEqual(readFileSync(path.join(root, 's/a@4x.png')), before);
});

test('--dry-run and --check create nothing, wherever results would go', async () => {
  const { root, run } = await folderWith('s/a.png');
  const before = readdirSync(root, { recursive: true });
  assert.match(
    (await run('s/a.png', '--out', 'new.png', '--dry-run')).stdout,
    /todo {2}s.a\.png → new\.png/,
  );
  assert.match(
    (await run('s/a.png', '--out', 'new', '--dry-run')).stdout,
    /→ new.a@4x\.png {2}40×32/,
  );
  succeeds(await run('s', '--out', 'd', '--dry-run'));
  assert.equal((await run('s', '--out', 'd', '--check')).status, 1);
  assert.deepEqual(readdirSync(root, { recursive: true }), before);
  succeeds(await run('s/a.png', '--out', 'new.png'));
  assert.equal((await pixelsOf(path.join(root, 'new.png'))).width, 40);
});

test('a reader that goes away stops nothing: all is made, and the exit code tells of that', async () => {
  const { root } = await folderWith('1.png', '2.png', '3.png');
  for (const [end, files] of [
    ['named', ['1.png', '2.png', '3.png']],
    ['folder', ['.']],
  ] as const) {
    const child = spawn(
      process.execPath,
      [CLI, ...MODEL, ...files, '--json', '--name', `{name}-${end}.{ext}`],
      { cwd: root, env: { ...process.env, PISA_UPSCALE_STATE: `${root}-${end}` } },
    );
    let errors = '';
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0, errors);
    assert.doesNotMatch(errors, /EPIPE|at .*\.js/);
    for (const name of ['1', '2', '3'])
      assert.ok(existsSync(path.join(root, `${name}-${end}.png`)), `${name} ${end}`);
  }
});

const needsFull = { skip: !existsSync('/dev/full') };

test('a full disk behind stdout stops nothing, and fails the run in words', needsFull, async () => {
  const { root } = await folderWith('1.png', '2.png');
  for (const [end, files] of [
    ['named', ['1.png', '2.png', '--json']],
    ['folder', ['.', '--json', '--exclude', '*-named.png']],
    ['plain', ['1.png', '2.png']],
  ] as const) {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(
      process.execPath,
      [CLI, ...MODEL, ...files, '--name', `{name}-${end}.{ext}`],
      {
        cwd: root,
        env: { ...process.env, PISA_UPSCALE_STATE: `${root}-${end}` },
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      },
    );
    closeSync(full);
    assert.match(stderr, /The results can’t be printed: no space is left/);
    assert.doesNotMatch(stderr, /ENOSPC|at .*\.js/);
    assert.equal(status, 1, stderr);
    for (const name of ['1', '2'])
      assert.ok(existsSync(path.join(root, `${name}-${end}.png`)), `${name} ${end}`);
  }
});

test('no command says that all is well whose words nobody can read', needsFull, async () => {
  const { root } = await folderWith('1.png', 's/2.png');
  for (const args of [
    [...MODEL, '1.png', '--dry-run'],
    [...MODEL, '1.png', '--dry-run', '--json'],
    [...MODEL, 's', '--dry-run', '--json'],
    [...MODEL, 's', '--dry-run'],
    ['models'],
    ['models', '--json'],
    ['--help'],
    ['upscale', '--help'],
    ['--version'],
  ]) {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], {
      cwd: root,
      env: { ...process.env, PISA_UPSCALE_STATE: `${root}-state` },
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    assert.equal(status, 1, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, /The results can’t be printed: no space is left/);
  }
});

test('a name that is too long, and a format that is too small, are told before any work', async () => {
  const long = `${'n'.repeat(249)}.png`;
  const { root, run, objects } = await folderWith('s/a.png', `s/${long}`);
  await writePng(path.join(root, 's/wide.png'), 5000, 2);
  const before = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const expected = { [long]: 'name-too-long', 'wide.png': 'output-too-large-for-format' };
  for (const [name, code] of Object.entries(expected)) {
    const format = name === 'wide.png' ? ['--format', 'webp'] : [];
    for (const named of [[`s/${name}`], ['s', '--exclude', 's/a.png']])
      for (const only of [[], ['--dry-run']]) {
        const lines = await objects(...named, ...format, ...only);
        assert.ok(
          lines.some((line) => codeOf(line) === code),
          `${name} ${named.join(' ')}: ${JSON.stringify(lines)}`,
        );
        if (code === 'name-too-long') {
          const { status, stderr } = await run(...named, ...only);
          assert.equal(status, 1);
          assert.doesNotMatch(stderr, /ENAMETOOLONG/);
        }
      }
  }
  // Of the folder with the long name, the other picture is made.
  assert.deepEqual(
    readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !before.includes(name),
    ),
    [path.join('s', 'wide@4x.png')],
  );
});

test('what stands in a result’s way is named, and what can be none is not taken for one', async () => {
  const { root, run, objects } = await folderWith('a.png', 'x/a.png');
  mkdirSync(path.join(root, 'folder/a@4x.png'), { recursive: true });
  mkdirSync(path.join(root, 'hollow'));
  symlinkSync('nothing.png', path.join(root, 'hollow/a@4x.png'));
  mkdirSync(path.join(root, 'empty'));
  writeFileSync(path.join(root, 'empty/a@4x.png'), '');
  writeFileSync(path.join(root, 'x/a@4x.png'), '');
  symlinkSync('loop-b', path.join(root, 'loop-a'));
  symlinkSync('loop-a', path.join(root, 'loop-b'));
  const long = 'e'.repeat(260);
  const before = readdirSync(root, { recursive: true, encoding: 'utf8' });
  for (const [options, sentence] of [
    [['a.png', '--out', 'a.png/x/y.png'], /a\.png is not a folder, so nothing can lie in it/],
    [['a.png/x.png'], /a\.png is not a folder, so nothing can lie in it/],
    [['a.png', '--out', `d/${long}/x.png`], /The folder's name e{260} is too long/],
    [[`${long}.png`], /e{260}\.png does not exist/],
    [['a.png', '--out', 'loop-a/x.png'], /has a link in it that leads to itself/],
    [['a.png', '--out', 'hollow/a@4x.png/x.png'], /has a link in it that leads nowhere/],
    [['a.png', '--out', 'folder', '--skip-existing'], /is not an ordinary file/],
    [['a.png', '--out', 'hollow', '--skip-existing'], /is not an ordinary file/],
    [['a.png', '--out', 'empty', '--skip-existing'], /exists and is empty, so it is no result/],
    [['x', '--skip-existing'], /exists and is empty, so it is no result/],
  ] as const)
    for (const only of [[], ['--dry-run']]) {
      const { status, stdout, stderr } = await run(...options, ...only);
      assert.match(stdout + stderr, sentence);
      assert.doesNotMatch(stdout + stderr, /ermission/);
      assert.equal(status, 1, stderr);
      const lines = await objects(...options, ...only);
      assert.ok(lines.some((line) => codeOf(line) !== undefined));
    }
  // A link to a result is one.
  mkdirSync(path.join(root, 'linked'));
  symlinkSync('../x/a.png', path.join(root, 'linked/a@4x.png'));
  const linked = await run('a.png', '--out', 'linked', '--skip-existing');
  succeeds(linked);
  assert.match(linked.stdout, /skipped: The output exists already/);
  assert.deepEqual(
    readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !/^linked/.test(name),
    ),
    before,
  );
});

test('with free names, the name that a result would get is what must not be too long', async () => {
  // With its suffix it has 255 bytes, with the number of a free name more.
  const name = 'n'.repeat(248);
  const { root, run } = await folderWith(`${name}.png`);
  succeeds(await run(`${name}.png`));
  const { status, stderr } = await run(`${name}.png`);
  assert.equal(status, 1);
  assert.match(stderr, /The name n+@4x-2\.png is too long/);
  assert.deepEqual(readdirSync(root).sort(), [`${name}.png`, `${name}@4x.png`].sort());
});

test('what can’t be judged is an object with an error in a plan and in a check, too', async () => {
  const { root, objects } = await folderWith('s/good.png');
  writeFileSync(path.join(root, 's/broken.png'), 'no picture');
  writeFileSync(
    path.join(root, 's/lfs.png'),
    'version https://git-lfs.github.com/spec/v1\noid x\n',
  );
  const codes = ['input-lfs-pointer', 'input-missing', 'input-not-an-image', 'no-match'];
  for (const option of ['--dry-run', '--check', '--json'])
    assert.deepEqual(
      (await objects('s', 'gone.png', 'nothing-*.png', option))
        .map(codeOf)
        .filter((code) => code !== undefined)
        .sort(),
      codes,
      option,
    );
});

test('an option that is refused is an object with an error, too', async () => {
  const { objects } = await folderWith('s/a.png');
  for (const args of [
    ['s', '--tile', '64'],
    ['s', '--out', 'new.png'],
    ['--no-recipe'],
    // What the parser of the command line itself refuses.
    ['s', '--bogus'],
    ['s/a.png', '--scale', '99'],
    ['s/a.png', '--format', 'bmp'],
    ['s/a.png', '--out', 'new.jpg', '--format', 'png'],
    ['s', '--shard', '9/4'],
    ['s/a.png', '--scale'],
  ])
    assert.deepEqual((await objects(...args)).map(codeOf), ['bad-setting'], args.join(' '));
});

test('an option that no result can honour is refused by name and in a folder, before anything is made', async () => {
  const { root, run } = await folderWith('p/a.png');
  const before = treeOf(root);
  for (const what of ['p/a.png', 'p'])
    for (const [options, words] of [
      [['--quality', '10'], /--quality can't be honoured in PNG, only in JPEG, WebP, AVIF\./],
      [['--no-lossless'], /--no-lossless can't be honoured in PNG/],
      [['--lossless', '--format', 'jpeg'], /--lossless can't be honoured in JPEG/],
      [
        ['--density', 'web', '--not-beyond', '20x20'],
        /Only one of --not-beyond and --density|Only one of --density and --not-beyond/,
      ],
      [['--remote-model', 'x'], /--remote-model says how a server is asked, and none is named/],
      [['--models-dir', 'nowhere'], /--models-dir: there is no folder .*nowhere/],
    ] as const) {
      const { status, stderr } = await run(what, ...options);
      assert.equal(status, 1, stderr);
      assert.match(stderr, words);
      assert.deepEqual(treeOf(root), before);
    }
  const ended = await run('p/a.png', '--colour-fix', 'wavelet');
  succeeds(ended);
  assert.match(ended.stderr, /note: --colour-fix has no effect on one-layer-4x/);
});

test('a nine-patch has its true size in a plan, by its name and in its folder', async () => {
  const { root, objects } = await folderWith('s/a.png');
  const [w, h] = [14, 10];
  const data = Buffer.alloc(w * h * 4);
  for (let i = 0; i < w * h; i++) data.set([90, 120, 30, 255], i * 4);
  for (let x = 0; x < w; x++)
    for (let y = 0; y < h; y++)
      if (x === 0 || y === 0 || x === w - 1 || y === h - 1)
        data.set(x === 4 || y === 4 ? [0, 0, 0, 255] : [0, 0, 0, 0], (y * w + x) * 4);
  await sharp(data, { raw: { width: w, height: h, channels: 4 } })
    .png()
    .toFile(path.join(root, 's/b.9.png'));
  for (const named of ['s/b.9.png', 's']) {
    const planned = (await objects(named, '--dry-run')).find(({ input }) =>
      /b\.9/.test(String(input)),
    );
    assert.deepEqual(planned?.outputSize, { width: 50, height: 34 });
    assert.match(String(planned.output), /s.b@4x\.9\.png$/);
  }
  const [made] = await objects('s/b.9.png');
  assert.deepEqual([made?.width, made?.height], [50, 34]);
});

test('--out never makes a folder of the name of a picture that can’t be written', async () => {
  const { root, run } = await folderWith('s/a.png', 'there.bmp/b.png');
  for (const extension of ['bmp', 'heic', 'JXL', 'svg', 'psd', 'ico', 'tga', 'pdf', 'jp2', 'exr'])
    for (const input of ['s/a.png', 's']) {
      const refused = await run(input, '--out', `new.${extension}`);
      assert.equal(refused.status, 1, refused.stderr);
      assert.match(refused.stderr, /can't be written\..*end it with a slash/);
    }
  assert.deepEqual(readdirSync(root).sort(), ['s', 'there.bmp']);
  succeeds(await run('s/a.png', '--out', 'there.bmp'));
  succeeds(await run('s/a.png', '--out', 'made.bmp/'));
  succeeds(await run('s/a.png', '--out', 'v1.2'));
  for (const folder of ['there.bmp', 'made.bmp', 'v1.2'])
    assert.ok(existsSync(path.join(root, folder, 'a@4x.png')), folder);
});

test('a link to nothing and one to itself are told as that, by name and in a folder', async () => {
  const { root, run, objects } = await folderWith('s/a.png');
  symlinkSync('gone.png', path.join(root, 's/dead.png'));
  symlinkSync('loop.png', path.join(root, 's/loop.png'));
  for (const option of ['--dry-run', '--check', '--json'])
    assert.deepEqual(
      (await objects('s', option))
        .filter((line) => codeOf(line) !== undefined)
        .map(({ input, error }) => [
          path.basename(String(input)),
          /link to (nothing|itself)/.exec((error as { message: string }).message)?.[1],
        ]),
      [
        ['dead.png', 'nothing'],
        ['loop.png', 'itself'],
      ],
      option,
    );
  assert.match((await run('s/loop.png')).stderr, /link that leads to itself/);
  assert.match((await run('s/dead.png')).stderr, /does not exist/);
});

test('a glob that matches nothing is named as it was typed', async () => {
  const { root } = await folderWith('x/a.png', 'y/b.png');
  for (const glob of ['../y/nope-*.png', path.join(root, 'y/none*'), 'no-*.png', './none-?.png']) {
    const { stdout } = await cli(path.join(root, 'x'), `${root}-state`, ...MODEL, glob, '--json');
    assert.equal((JSON.parse(stdout) as { input: string }).input, glob);
  }
});

for (const [source, format, written] of [
  ['icon.png', undefined, 'png'],
  ['icon.png', 'webp', 'webp'],
  ['icon.JPG', 'avif', 'avif'],
  ['icon.JPG', undefined, 'JPG'],
  ['icon.svg', undefined, 'png'],
] as const)
  test(`a set of ${source} as ${format ?? 'its format'} is called after what it is, named or in its folder`, async () => {
    const flags = ['--density', 'web', ...(format === undefined ? [] : ['--format', format])];
    for (const named of [source, '.']) {
      const { root, run } = await folderWith(...(source.endsWith('svg') ? [] : [source]));
      if (source === 'icon.svg')
        writeFileSync(
          path.join(root, source),
          '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><path d="M0 0h9v9"/></svg>',
        );
      const { status, stdout, stderr } = await run(named, ...flags);
      assert.equal(status, 0, stderr);
      for (const factor of [2, 3]) {
        const output = `icon@${factor}x.${written}`;
        assert.equal(
          sniffed(readFileSync(path.join(root, output))),
          { JPG: 'jpeg', png: 'png', webp: 'webp', avif: 'avif' }[written],
          `${named}: ${output}`,
        );
      }
      if (named === source)
        assert.match(stdout, new RegExp(`srcset="icon[^,]* 1x, icon@2x.${written} 2x, `));
    }
  });

for (const mode of ['by its name', 'in its folder', 'under a recipe'] as const) {
  const asked = async (pattern: string, format?: string): Promise<Folder & { made: CliRun }> => {
    const folder = await folderWith('s/a.png', 's/b.jpg');
    const rule = {
      files: 's/*',
      output: pattern,
      model: 'one-layer-4x',
      scale: 2,
      ...(format ? { format } : {}),
    };
    if (mode === 'under a recipe')
      writeFileSync(
        path.join(folder.root, '.pisa-upscale.json'),
        JSON.stringify({ rules: [rule] }),
      );
    const named = mode === 'by its name' ? ['s/a.png', 's/b.jpg'] : ['s'];
    const flags = ['--name', pattern, '--scale', '2', ...(format ? ['--format', format] : [])];
    const made =
      mode === 'under a recipe'
        ? await cli(folder.root, `${folder.root}-state`, ...PLACES, '--device', 'cpu')
        : await folder.run(...named, ...flags);
    return { ...folder, made };
  };
  test(`a name that ends in an extension makes that format: ${mode}`, async () => {
    const { root, made } = await asked('{name}-{scale}.webp');
    assert.equal(made.status, 0, made.stderr);
    for (const name of ['s/a-2.webp', 's/b-2.webp'])
      assert.equal(sniffed(readFileSync(path.join(root, name))), 'webp', name);
  });
  test(`a name of one format and another format are refused before any work: ${mode}`, async () => {
    const { root, made } = await asked('{name}-{scale}.png', 'webp');
    assert.equal(made.status, 1, made.stdout);
    assert.match(`${made.stdout}${made.stderr}`, /names a picture of the format PNG.*is WEBP/);
    assert.deepEqual(readdirSync(path.join(root, 's')).sort(), ['a.png', 'b.jpg']);
  });
}
