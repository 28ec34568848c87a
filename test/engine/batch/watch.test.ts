import assert from 'node:assert/strict';
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { CLI, temporaryFolder } from '../support';
import { PLACES, quickCli, writePictures } from './batchSupport';

/** What looks at a folder that nobody watches any more. */
const cli = quickCli();
const folder = temporaryFolder();
const pictures = path.join(folder, 'pictures');
const RULE = { files: 'src/**', to: 'public', output: '{name}.{ext}', model: 'one-layer-4x' };
/** Pictures of a branch; `npm test -- thorough` takes more. */
const MANY = process.env.THOROUGH ? 150 : 60;
const running = new Set<ChildProcess>();

before(async () => {
  mkdirSync(pictures);
  await writePictures(pictures, 16);
});
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** By file, of which state of it: what waits looks at every file again and again. */
const known = new Map<string, { readonly state: string; readonly sha256: string }>();

function sha256(file: string): string {
  const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  const state = [ino, size, mtimeNs, ctimeNs].join();
  const last = known.get(file);
  if (last?.state === state) return last.sha256;
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  known.set(file, { state, sha256: hash });
  return hash;
}

/** Waits for a state; what it says when it never comes is all that is known. */
async function until(is: () => boolean, what: () => string): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (is()) return;
    await delay(50);
  }
  assert.fail(`never: ${what()}`);
}

class Watched {
  readonly root: string;
  readonly state: string;
  output = '';

  constructor(name: string, recipe: object = { rules: [RULE] }) {
    this.root = path.join(folder, name);
    this.state = path.join(folder, `${name}-state`);
    cpSync(pictures, path.join(this.root, 'src'), { recursive: true });
    this.write('.pisa-upscale.json', JSON.stringify(recipe));
  }

  /** Another process for the same folder. */
  watch(...args: readonly string[]): { readonly child: ChildProcess; readonly text: () => string } {
    let own = '';
    const child = spawn(process.execPath, [CLI, ...PLACES, '--watch', ...args], {
      cwd: this.root,
      env: { ...process.env, PISA_UPSCALE_STATE: this.state },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        own += data.toString();
        this.output += data.toString();
      });
    return { child, text: () => own };
  }

  write(name: string, content: string | Buffer): void {
    writeFileSync(path.join(this.root, name), content);
  }

  bytes(name: string): Buffer {
    return readFileSync(path.join(this.root, name));
  }

  /** Whether every source has its result, made of what lies there now, and nothing else has one. */
  get isUpToDate(): boolean {
    const lock = path.join(this.root, '.pisa-upscale.lock.json');
    if (!existsSync(lock)) return false;
    const { outputs } = JSON.parse(readFileSync(lock, 'utf8')) as {
      outputs: Record<string, { input: string; inputHash: string; outputHash: string }>;
    };
    const found = Object.entries(outputs)
      .filter(([output, { input, inputHash, outputHash }]) => {
        const files = [path.join(this.root, input), path.join(this.root, output)] as const;
        return (
          files.every((file) => existsSync(file)) &&
          sha256(files[0]) === inputHash &&
          sha256(files[1]) === outputHash
        );
      })
      .map(([, { input }]) => input);
    const sources = readdirSync(path.join(this.root, 'src'), {
      recursive: true,
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.relative(this.root, path.join(parentPath, name)))
      .map((name) => name.replaceAll(path.sep, '/'));
    return JSON.stringify(found.sort()) === JSON.stringify(sources.sort());
  }

  settled(): Promise<void> {
    return until(
      () => this.isUpToDate,
      () => this.output,
    );
  }

  says(text: RegExp): Promise<void> {
    return until(
      () => text.test(this.output),
      () => `${text.source}\n${this.output}`,
    );
  }

  async check(): Promise<number | null> {
    return (await cli(this.root, this.state, ...PLACES, '--check')).status;
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

const picture = (level: number): Promise<Buffer> =>
  sharp({ create: { width: 20, height: 16, channels: 3, background: { r: level, g: 9, b: 90 } } })
    .png()
    .toBuffer();

test('a source that changes is redone, whatever way it does', async (t) => {
  const place = new Watched('changes');
  const { child } = place.watch();
  await place.settled();
  await place.says(/watch: waiting for changes/);

  await t.test('a change and a new picture', async () => {
    place.write('src/p1.jpg', place.bytes('src/p4.jpg'));
    place.write('src/new.png', await picture(1));
    await place.settled();
  });

  await t.test('rapid saves', async () => {
    for (let level = 0; level < 40; level++) {
      place.write('src/new.png', await picture(level));
      await delay(level % 7);
    }
    await place.settled();
  });

  await t.test('saved as editors do: beside it, then renamed', async () => {
    place.write('src/p2.webp.tmp', place.bytes('src/p8.webp'));
    renameSync(path.join(place.root, 'src/p2.webp.tmp'), path.join(place.root, 'src/p2.webp'));
    await place.settled();
  });

  await t.test('a file that is half-written for a while', async () => {
    const whole = await picture(200);
    place.output = '';
    place.write('src/half.png', whole.subarray(0, 60));
    await place.says(/half\.png/);
    appendFileSync(path.join(place.root, 'src/half.png'), whole.subarray(60));
    await place.settled();
  });

  await t.test('a folder that is removed and made again', async () => {
    for (const isAtOnce of [true, false]) {
      const deep = path.join(place.root, 'src/deep');
      rmSync(deep, { recursive: true });
      if (!isAtOnce) await place.settled();
      cpSync(path.join(pictures, 'deep'), deep, { recursive: true });
      await place.settled();
      place.write('src/deep/er/later.png', await picture(isAtOnce ? 30 : 31));
      await place.settled();
    }
  });

  await t.test('all of the sources at once', async () => {
    rmSync(path.join(place.root, 'src'), { recursive: true });
    cpSync(pictures, path.join(place.root, 'src'), { recursive: true });
    await place.settled();
    place.write('src/p4.jpg', place.bytes('src/p1.jpg'));
    await place.settled();
  });

  assert.equal(await end(child), 130);
  assert.equal(await place.check(), 0);
  assert.deepEqual(
    readdirSync(place.root, { recursive: true }).filter((name) => /\.tmp$/.test(String(name))),
    [],
  );
});

test('a branch of git with many other pictures', async () => {
  const place = new Watched('branches');
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: place.root,
      stdio: 'ignore',
    });
  };
  place.write('.gitignore', 'public\n*.lock.json\n');
  git('init', '--initial-branch=one');
  for (const [branch, from] of [
    ['one', 0],
    ['two', 20],
  ] as const) {
    if (branch === 'two') git('checkout', '-b', 'two');
    mkdirSync(path.join(place.root, 'src/many'), { recursive: true });
    for (let i = from; i < MANY + from; i++)
      place.write(`src/many/${i}.png`, await picture((i * (from + 3)) % 250));
    git('add', '--all');
    git('commit', '--message', branch);
  }
  git('checkout', 'one');
  const { child } = place.watch();
  await place.settled();
  for (const branch of ['two', 'one']) {
    git('checkout', branch);
    await place.settled();
  }
  assert.equal(await end(child), 130);
  assert.equal(await place.check(), 0);
});

test('a recipe that changes is followed; one in the middle of a change is waited for', async () => {
  const place = new Watched('recipe');
  const { child } = place.watch();
  await place.settled();
  place.write('.pisa-upscale.json', '{ "rules": [{ "files": "src/**", "skale": 2 ');
  await place.says(/\.pisa-upscale\.json, line 1/);
  rmSync(path.join(place.root, '.pisa-upscale.json'));
  await place.says(/write a recipe/);
  place.write('.pisa-upscale.json', JSON.stringify({ rules: [{ ...RULE, to: 'other' }] }));
  await until(
    () => existsSync(path.join(place.root, 'other/p1.jpg')),
    () => place.output,
  );
  await place.settled();
  assert.equal(await end(child, 'SIGTERM'), 130);
});

test('the result of a source that is removed: named, or removed where the recipe says so', async () => {
  for (const removeOrphans of [false, true]) {
    const place = new Watched(`orphan-${removeOrphans}`, { rules: [RULE], removeOrphans });
    const { child } = place.watch();
    await place.settled();
    rmSync(path.join(place.root, 'src/p1.jpg'));
    await place.says(new RegExp(`${removeOrphans ? 'removed' : 'orphan'}: public/p1\\.jpg`));
    await place.settled();
    assert.equal(existsSync(path.join(place.root, 'public/p1.jpg')), !removeOrphans);
    assert.equal(await end(child), 130);
  }
});

test('two that watch one folder make each result once', async () => {
  const place = new Watched('two');
  const watchers = [place.watch(), place.watch()];
  await place.settled();
  for (const { text } of watchers) await until(() => text().includes('watch: waiting'), text);
  for (const [i, name] of ['p1.jpg', 'p4.jpg', 'p7.jpg'].entries()) {
    place.write(`src/${name}`, place.bytes(i === 0 ? 'src/p13.jpg' : 'src/p1.jpg'));
    await place.settled();
  }
  for (const { child } of watchers) assert.equal(await end(child), 130);
  const made = place.output.match(/^public\/p7\.jpg {2}/gm) ?? [];
  assert.equal(made.length, 2, `${place.output}\nmade at first, and after its change`);
  assert.equal(await place.check(), 0);
});

test('Ctrl+C in the middle of the work ends it; the next start goes on', async () => {
  const place = new Watched('ended');
  const first = place.watch();
  await until(
    () => /^public\//m.test(place.output),
    () => place.output,
  );
  assert.equal(await end(first.child), 130);
  const second = place.watch();
  await place.settled();
  assert.equal(await end(second.child), 130);
  assert.equal(await place.check(), 0);
});

test('folders and globs are watched without a recipe; what makes no sense is refused', async () => {
  const place = new Watched('plain');
  rmSync(path.join(place.root, '.pisa-upscale.json'));
  const args = ['src/**/*.png', '-m', 'one-layer-4x', '--name', 'out/{folder}/{name}.{ext}'];
  const { child } = place.watch(...args);
  await place.says(/watch: waiting/);
  place.write('src/late.png', await picture(3));
  await until(
    () => existsSync(path.join(place.root, 'out/late.png')),
    () => place.output,
  );
  assert.equal(await end(child), 130);
  for (const other of ['--check', '--dry-run', '--force'])
    assert.match(
      (await cli(place.root, place.state, ...PLACES, 'src', '--watch', other)).stderr,
      /Only one of/,
      other,
    );
});
