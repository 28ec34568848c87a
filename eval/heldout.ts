import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readPicture, type Picture } from './picture';
import { DATA_SCRIPTS, ROOT } from './paths';

export const CATEGORIES = ['photo', 'art', 'icons', 'text'] as const;
export type Category = (typeof CATEGORIES)[number];

/** A picture that no network here was trained on. */
export type HeldOut = {
  /** File name without extension. */
  readonly name: string;
  readonly category: Category;
  readonly picture: Picture;
  /** SHA-256 of its RGB bytes. */
  readonly sha256: string;
};

const PATTERN = /^(photo|art|icons|text)-\d+-.+\.png$/;

/**
 * Reads the held-out pictures of a folder, in the order of `CATEGORIES`, then by name; only the
 * first `perCategory` of each.
 */
export async function readHeldOut(folder: string, perCategory = Infinity): Promise<HeldOut[]> {
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => PATTERN.test(name))
        .sort()
    : [];
  if (files.length === 0) {
    const script = path.relative(ROOT, path.join(DATA_SCRIPTS, 'prepare.py'));
    const target = path.relative(process.cwd(), path.dirname(folder)) || '.';
    throw new Error(
      `${folder} holds no held-out pictures. Make them with "python3 ${script} --out ` +
        `${target}", which writes ${path.join(target, 'heldout')}, or name their folder with ` +
        '--heldout.',
    );
  }
  const known = readList();
  const result: HeldOut[] = [];
  for (const category of CATEGORIES) {
    for (const file of files
      .filter((name) => name.startsWith(`${category}-`))
      .slice(0, perCategory)) {
      const picture = await readPicture(path.join(folder, file));
      const sha256 = createHash('sha256').update(picture.data).digest('hex');
      const name = path.basename(file, '.png');
      if (known.size > 0 && known.get(name) !== sha256)
        console.error(
          `note: ${name} is ` +
            (known.has(name)
              ? 'not the picture that heldout.json describes'
              : 'not in heldout.json'),
        );
      result.push({ name, category, picture, sha256 });
    }
  }
  return result;
}

/**
 * Hashes by name from the list beside the script that makes the pictures; empty without the list.
 */
function readList(): Map<string, string> {
  const file = path.join(DATA_SCRIPTS, 'heldout.json');
  if (!existsSync(file)) return new Map();
  const { pictures } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly pictures: readonly { readonly name: string; readonly sha256: string }[];
  };
  return new Map(pictures.map(({ name, sha256 }) => [name, sha256]));
}
