import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GOLDEN_PISA } from './pisaSupport';
import { tinyCli } from './tinyCli';

/** A folder with one picture and a recipe, which the command-line tool keeps up to date. */
export type TinyBatch = {
  /** Writes the recipe: ×2 by `model`, with what `rule` says besides. */
  readonly recipe: (rule?: object) => void;
  /** Runs the batch on the CPU; how many results were made. */
  readonly run: () => Promise<number>;
};

/** `store` holds the models. */
export function tinyBatch(root: string, store: string, model: string): TinyBatch {
  mkdirSync(root);
  cpSync(path.join(GOLDEN_PISA, 'small.png'), path.join(root, 'a.png'));
  return {
    recipe(rule = {}) {
      writeFileSync(
        path.join(root, '.pisa-upscale.json'),
        JSON.stringify({ rules: [{ files: '*.png', model, scale: 2, ...rule }] }),
      );
    },
    async run() {
      const { status, stdout, stderr } = await tinyCli(root, store, '--device', 'cpu', '--json');
      assert.equal(status, 0, stderr);
      return stdout.split('\n').filter((line) => line !== '').length;
    },
  };
}
