// Option × mode: what an option makes of a picture that is named, it makes of the same picture in a
// folder, too. Where each is refused is in unit/client/optionModes.test.ts.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import { OPTION_MODES } from '../../src/cli/optionModes';
import { MODEL, quickCli, treeOf } from './batch/batchSupport';
import { temporaryFolder } from './support';

const cli = quickCli();
const base = temporaryFolder();
const sources = path.join(base, 'sources');
const of = (name: string): string => path.join(sources, name);
let count = 0;

before(async () => {
  mkdirSync(sources);
  const noise = Buffer.from(Array.from({ length: 24 * 16 * 3 }, (_, i) => (i * i * 7 + i) % 251));
  const raw = { raw: { width: 24, height: 16, channels: 3 as const } };
  await sharp(noise, raw)
    .withExif({ IFD0: { Artist: 'somebody' } })
    .png()
    .toFile(of('a.png'));
  await sharp(noise, raw).jpeg().toFile(of('a.jpg'));
  await sharp(noise, raw).webp({ lossless: true }).toFile(of('a.webp'));
  await sharp(noise, raw).png().toFile(of('a@2x.png'));
  await sharp(noise, raw).png({ palette: true, colours: 4 }).toFile(of('few.png'));
  await sharp([of('a.png'), of('few.png')], { join: { animated: true } })
    .gif({ delay: [50, 70] })
    .toFile(of('a.gif'));
});

type Ended = { readonly code: number | null; readonly text: string; readonly tree: object };

/** Runs the command line on a copy of one picture, and says what is there then. */
async function run(picture: string, what: string, options: readonly string[]): Promise<Ended> {
  const root = path.join(base, `case-${++count}`);
  mkdirSync(path.join(root, 'p'), { recursive: true });
  copyFileSync(of(picture), path.join(root, 'p', picture));
  const { status, stdout, stderr } = await cli(root, `${root}-state`, ...MODEL, what, ...options);
  return { code: status, text: stdout + stderr, tree: treeOf(root) };
}

/** Each option that holds for pictures and folders, with the picture that shows it. */
const CASES: Readonly<Record<string, readonly [picture: string, ...options: string[]]>> = {
  out: ['a.png', '--out', 'there'],
  scale: ['a.png', '--scale', '2'],
  pixel: ['a.png', '--pixel', '0'],
  semantic: ['a.png', '--semantic', '0.5', '--name', '{name}-{semantic}.{ext}'],
  model: ['a.png', '--model', 'two-branch-4x'],
  device: ['a.png', '--device', 'auto'],
  precision: ['a.png', '--model', 'eight-bit-4x', '--precision', 'int8'],
  prompt: ['a.png', '--prompt', 'a cat'],
  draft: ['a.png', '--draft'],
  colourFix: ['a.png', '--colour-fix', 'none'],
  format: ['a.png', '--format', 'webp'],
  quality: ['a.jpg', '--quality', '20'],
  name: ['a.png', '--name', 'out/{name}.{ext}'],
  overwrite: ['a.png', '--overwrite'],
  skipExisting: ['a.png', '--skip-existing'],
  maxMegapixels: ['a.png', '--max-megapixels', '0.0001'],
  maxOutputMegapixels: ['a.png', '--max-output-megapixels', '0.0001'],
  maxFrames: ['a.gif', '--max-frames', '1'],
  width: ['a.png', '--width', '77'],
  height: ['a.png', '--height', '33'],
  fit: ['a.png', '--width', '50', '--height', '50', '--fit', 'fill'],
  megapixels: ['a.png', '--megapixels', '0.005'],
  notBeyond: ['a.png', '--not-beyond', '40x40'],
  density: ['a.png', '--density', 'flutter'],
  pixelArt: ['few.png', '--pixel-art', 'off'],
  seamless: ['a.png', '--seamless'],
  grid: ['a.png', '--grid', '2x1'],
  firstFrame: ['a.gif', '--first-frame'],
  again: ['a@2x.png', '--again'],
  metadata: ['a.png', '--metadata', 'strip'],
  provenance: ['a.png', '--provenance'],
  lossless: ['a.webp', '--no-lossless'],
  palette: ['few.png', '--no-palette'],
  maxBytes: ['a.jpg', '--max-bytes', '1500'],
};
/** Nothing is in the way of these here, or the model of the tests has no such part. */
const WITHOUT_EFFECT = ['device', 'prompt', 'draft', 'colourFix', 'overwrite', 'skipExisting'];
/** Refused by the engine, in the same words whichever way a picture came. */
const REFUSED = ['maxMegapixels', 'maxOutputMegapixels', 'maxFrames'];

test('the matrix has every option that holds for pictures by name and for folders', () => {
  const both = Object.entries(OPTION_MODES).filter(
    ([, { modes }]) => modes.includes('files') && modes.includes('folders'),
  );
  // What they print, and whether they do anything, is for other tests; a restorer must be added
  // first, which the tests of community models do.
  const others = ['json', 'recipe', 'dryRun', 'restore'];
  assert.deepEqual(
    both.map(([name]) => name).filter((name) => !others.includes(name)),
    Object.keys(CASES),
  );
});

const plain = new Map<string, Promise<Ended>>();
const withoutOptions = (picture: string): Promise<Ended> => {
  const known = plain.get(picture) ?? run(picture, `p/${picture}`, []);
  plain.set(picture, known);
  return known;
};

describe('an option makes the same of a picture by its name and in its folder, and something', () => {
  for (const [name, [picture, ...options]] of Object.entries(CASES))
    test(OPTION_MODES[name]!.flag, async () => {
      const isRefused = REFUSED.includes(name);
      // The tree of a folder is kept.
      const byName = name === 'out' ? ['--out', 'there/p'] : options;
      const [named, folder] = await Promise.all([
        run(picture, `p/${picture}`, byName),
        run(picture, 'p', options),
      ]);
      assert.equal(named.code, isRefused ? 1 : 0, named.text);
      assert.equal(folder.code, named.code, folder.text);
      assert.deepEqual(folder.tree, named.tree);
      assert.equal(Object.keys(named.tree).length > 1, !isRefused);
      if (isRefused)
        for (const { text } of [named, folder])
          assert.match(text, new RegExp(`the limit is .*${OPTION_MODES[name]!.flag} decides`));
      if (!WITHOUT_EFFECT.includes(name))
        assert.notDeepEqual(named.tree, (await withoutOptions(picture)).tree);
    });
});
