// What Xcode's catalogs say of a picture's density, in whatever folder and by whatever program.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { AssetCatalogs, setProblem, whyInSet } from '../../../src/files/assetCatalogs';
import { inWords } from '../../../src/shared/phrase';
import { folderWith } from '../batch/batchFolder';

const image = (filename: string, scale?: string): object => ({
  idiom: 'universal',
  filename,
  ...(scale === undefined ? {} : { scale }),
});

test('every kind of folder of a catalog is read, as its list may be called', async () => {
  const kinds = [
    ...['imageset', 'appiconset', 'stickersiconset', 'complicationset', 'iconset', 'launchimage'],
    ...['brandassets', 'imagestack', 'solidimagestack', 'spriteatlas', 'sticker', 'symbolset'],
    ...['dataset', 'mipmapset', 'anything'],
  ];
  for (const list of ['images', 'data', 'symbols', 'textures'])
    for (const kind of kinds) {
      const root = folderWith({
        [`A.xcassets/B.${kind}/Contents.json`]: JSON.stringify({
          info: { version: 1, author: 'xcode' },
          [list]: [image('one.png', '1x'), image('large.png', '3x'), image('any.png')],
        }),
      });
      const of = (name: string): Promise<number | undefined> =>
        new AssetCatalogs().factorOf(path.join(root, `A.xcassets/B.${kind}`, name));
      assert.deepEqual(
        await Promise.all([of('one.png'), of('large.png'), of('any.png'), of('other.png')]),
        [undefined, 3, undefined, undefined],
        `${kind}, ${list}`,
      );
    }
});

test('what a folder above says of a whole folder holds for what lies in it', async () => {
  const root = folderWith({
    'T.textureset/Contents.json': JSON.stringify({ textures: [image('U.mipmapset', '2x')] }),
    'T.textureset/U.mipmapset/Contents.json': JSON.stringify({ levels: [image('u.png')] }),
    'T.textureset/V.mipmapset/Contents.json': JSON.stringify({ levels: [{ filename: 'v.png' }] }),
  });
  const of = (name: string): Promise<number | undefined> =>
    new AssetCatalogs().factorOf(path.join(root, 'T.textureset', name));
  assert.equal(await of('U.mipmapset/other.png'), 2);
  assert.equal(await of('V.mipmapset/v.png'), undefined);
});

test('a byte order mark is no part of a catalog; what is none says nothing', async () => {
  const content = JSON.stringify({ images: [image('a.png', '3x'), image('caf\u00e9.png', '2x')] });
  const root = folderWith({
    'bom.imageset/Contents.json': `\ufeff${content}`,
    'broken.imageset/Contents.json': '{',
    'list.imageset/Contents.json': '[1]',
    'group/Contents.json': content,
  });
  const of = (name: string): Promise<number | undefined> =>
    new AssetCatalogs().factorOf(path.join(root, name));
  assert.equal(await of('bom.imageset/a.png'), 3);
  // As macOS may write the name.
  assert.equal(await of('bom.imageset/cafe\u0301.png'), 2);
  for (const name of ['broken.imageset/a.png', 'list.imageset/a.png', 'group/a.png', 'no.x/a.png'])
    assert.equal(await of(name), undefined, name);
});

test('there is no set of a picture that is a larger one of a set by its catalog', async () => {
  const root = folderWith({
    'B.imageset/Contents.json': JSON.stringify({ images: [image('big.png', '3x')] }),
  });
  const big = path.join(root, 'B.imageset/big.png');
  const words = async (file: string): Promise<string> =>
    inWords((await setProblem(file, 'apple', new AssetCatalogs())) ?? '');
  assert.equal(
    await words(big),
    'big.png is the ×3 picture of a set already, as Contents.json says.',
  );
  assert.equal(await words(path.join(root, 'B.imageset/small.png')), '');
  assert.match(await words(path.join(root, 'a@2x.png')), /as its path says/);
  assert.equal(
    inWords((await whyInSet(big, big, new AssetCatalogs())) ?? ''),
    'Contents.json says that it is the ×3 picture of a set.',
  );
});
