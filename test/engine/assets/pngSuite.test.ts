import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { ROOT } from '../support';
import { bench, PLAIN } from './assetSupport';
import { rawOf, type Raw } from './pictures';

const SUITE = path.join(ROOT, 'test/fixtures/png-suite');
const { folder, upscale } = bench();
const target = { kind: 'pattern', directory: folder, pattern: '{name}.{ext}' } as const;
const part = { ...PLAIN, target, asset: { pixelArt: 'off' } } as const;

/** As they are, in 8 bits: without the conversion that a profile asks for. */
const values = async (file: string): Promise<Raw> =>
  rawOf(
    await sharp(file).keepIccProfile().toColourspace('srgb').png({ palette: false }).toBuffer(),
    4,
  );

const groups = readdirSync(SUITE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const filesOf = (group: string): string[] =>
  readdirSync(path.join(SUITE, group)).map((name) => path.join(SUITE, group, name));

test('the suite is complete', () => {
  assert.equal(groups.flatMap(filesOf).length, 174);
});

for (const group of groups.filter((name) => name !== 'corrupted')) {
  test(
    `PngSuite, ${group}: every file is upscaled, with its depth, its channels and its ` + 'colours',
    async () => {
      for (const input of filesOf(group)) {
        const name = path.basename(input);
        const { output } = await upscale(input, part);
        const [before, after] = [await sharp(input).metadata(), await sharp(output).metadata()];
        assert.deepEqual(
          [after.width, after.height, after.depth],
          [4 * before.width, 4 * before.height, before.depth],
          name,
        );
        assert.equal(after.space, before.space, name);
        const [source, result] = [await values(input), await values(output)];
        for (let channel = 0; channel < 4; channel++) {
          const mean = ({ data }: Raw): number => {
            let sum = 0;
            for (let i = 0; i < data.length; i += 4)
              sum += channel === 3 ? data[i + 3]! : (data[i + channel]! * data[i + 3]!) / 255;
            return sum / (data.length / 4);
          };
          assert.ok(
            Math.abs(mean(source) - mean(result)) < 7,
            `${name}, channel ${channel}: ${mean(source).toFixed(1)}, then ` +
              mean(result).toFixed(1),
          );
        }
      }
    },
  );
}

test('PngSuite: every corrupted file is refused with a reason', async () => {
  for (const input of filesOf('corrupted')) {
    await assert.rejects(
      upscale(input, part),
      (error: Error & { code?: string; hint?: string }) => {
        assert.ok(
          ['input-damaged', 'input-not-an-image'].includes(error.code ?? ''),
          `${path.basename(input)}: ${error.code ?? ''}`,
        );
        assert.ok(error.message.includes(path.basename(input)) && error.hint);
        return true;
      },
    );
  }
});
